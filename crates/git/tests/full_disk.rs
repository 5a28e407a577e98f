//! A full disk: the person who pushes reads so, a caller gets an error of its own, nothing breaks.

mod common;

use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use common::{Client, Fixture, Server};
use pipewright_git::write::{Action, CommitRequest, FileAction, Person};
use pipewright_git::{Error, Git};
use pipewright_model::Timestamp;

/// A file system of four megabytes, unmounted on drop.
struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        let options = ["-t", "tmpfs", "-o", "size=4m", "none"];
        let mount = Command::new("mount").args(options).arg(at).output().ok()?;
        mount.status.success().then_some(Self(at))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.0).status());
    }
}

fn noise() -> Vec<u8> {
    let noise = Command::new("head").args(["-c", "6000000", "/dev/urandom"]).output();
    noise.unwrap().stdout
}

fn request(content: Vec<u8>) -> CommitRequest {
    let ada = Person { name: "Ada".to_owned(), email: "ada@example.com".to_owned() };
    let action = Action::Create { content: Bytes::from(content), executable: false };
    CommitRequest {
        branch: "other".to_owned(),
        start: Some("main".to_owned()),
        actions: vec![FileAction { path: "file".to_owned(), action }],
        message: "More".to_owned(),
        author: ada.clone(),
        committer: ada,
        time: Timestamp::from_seconds(1),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_what_was_there_stays() {
    let disk = tempfile::tempdir().unwrap();
    let Some(_small) = Small::mount(disk.path()) else {
        eprintln!("skipped: this user may not mount a small file system");
        return;
    };
    let git = Git::new(disk.path(), None).unwrap();
    let repository = git.repository("repositories/1.git").unwrap();
    repository.init("main").await.unwrap();
    let fixture = Fixture { folder: tempfile::tempdir().unwrap(), git, repository };
    let server = Server::start(&fixture.git).await;
    let client = Client::new(&fixture, "work", &server.url());
    let kept = client.commit("a.txt", "kept\n");
    client.ok(&["push", "-q", "origin", "main"]);
    std::fs::write(client.folder.join("noise"), noise()).unwrap();
    client.ok(&["add", "noise"]);
    client.ok(&["commit", "-q", "-m", "Noise"]);
    let stderr = client.fails(&["push", "origin", "main"]);
    assert!(stderr.contains("No space left on device"), "{stderr}");
    let error = fixture.repository.commit_files(&request(noise())).await.unwrap_err();
    assert!(matches!(error, Error::NoSpace), "{error:?}");
    assert_eq!(fixture.repository.branch("main").await.unwrap(), Some(kept));
    assert_eq!(fixture.repository.branch("other").await.unwrap(), None);
    for path in common::files_below(disk.path()) {
        let name = path.to_string_lossy();
        assert!(!name.contains("tmp_") && !name.contains("crash"), "{name}");
    }
    fixture.repository.commit_files(&request(b"room again".to_vec())).await.unwrap();
}
