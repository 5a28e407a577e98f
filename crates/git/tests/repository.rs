//! Making, finding, tidying and removing repositories.

mod common;

use bytes::Bytes;
use common::{Client, fixture};
use pipewright_git::write::{Action, CommitRequest, FileAction, Person};
use pipewright_git::{Error, Git};
use pipewright_model::Timestamp;

#[tokio::test]
async fn a_repository_is_made_once_with_its_default_branch() {
    let fixture = fixture().await;
    let repository = fixture.git.repository("repositories/a/b.git").unwrap();
    assert!(!repository.exists());
    repository.init("trunk").await.unwrap();
    assert!(repository.exists());
    assert_eq!(repository.default_branch().await.unwrap().as_deref(), Some("trunk"));
    repository.set_default_branch("main").await.unwrap();
    assert_eq!(repository.default_branch().await.unwrap().as_deref(), Some("main"));
    assert!(matches!(repository.init("main").await, Err(Error::Conflict { .. })));
    assert!(matches!(repository.set_default_branch("a b").await, Err(Error::BadName { .. })));
    let other = fixture.git.repository("repositories/c.git").unwrap();
    assert!(matches!(other.init("-x").await, Err(Error::BadName { .. })));
    assert!(matches!(other.default_branch().await, Err(Error::NotFound { .. })));
    assert!(matches!(other.set_default_branch("x").await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn two_that_make_the_same_repository_make_one() {
    let fixture = fixture().await;
    let repository = fixture.git.repository("repositories/2.git").unwrap();
    let (one, other) = tokio::join!(repository.init("main"), repository.init("main"));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert!(matches!(one.and(other), Err(Error::Conflict { .. })));
}

#[tokio::test]
async fn removing_is_whole_and_may_be_repeated() {
    let fixture = fixture().await;
    fixture.repository.delete().await.unwrap();
    fixture.repository.delete().await.unwrap();
    assert!(!fixture.repository.path().exists());
    fixture.repository.init("main").await.unwrap();
    fixture.git.sweep().await.unwrap();
    assert!(fixture.repository.exists());
}

#[tokio::test]
async fn names_outside_the_root_are_refused() {
    let fixture = fixture().await;
    for path in ["../x.git", "/etc", ".hooks", ""] {
        assert!(matches!(fixture.git.repository(path), Err(Error::BadName { .. })), "{path:?}");
    }
}

#[tokio::test]
async fn settings_of_the_user_and_hooks_of_the_repository_have_no_say() {
    let fixture = fixture().await;
    let hook = fixture.repository.path().join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let server = common::Server::start(&fixture.git).await;
    let client = Client::new(&fixture, "work", &server.url());
    client.commit("a", "a");
    common::beside(move || client.ok(&["push", "-q", "origin", "main"])).await;
    assert!(!fixture.repository.is_empty().await.unwrap());
}

#[tokio::test]
async fn upkeep_joins_the_packs_of_many_commits() {
    let fixture = fixture().await;
    for number in 0..45 {
        let content = Bytes::from(format!("{number}"));
        let ada = Person { name: "Ada".to_owned(), email: "ada@example.com".to_owned() };
        let request = CommitRequest {
            branch: "main".to_owned(),
            start: None,
            actions: vec![FileAction {
                path: format!("file{number}"),
                action: Action::Create { content, executable: false },
            }],
            message: "More".to_owned(),
            author: ada.clone(),
            committer: ada,
            time: Timestamp::from_seconds(number),
        };
        fixture.repository.commit_files(&request).await.unwrap();
    }
    let packs = || {
        let folder = std::fs::read_dir(fixture.repository.path().join("objects/pack")).unwrap();
        folder.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "pack")).count()
    };
    assert_eq!(packs(), 45);
    fixture.repository.maintain().await.unwrap();
    assert_eq!(packs(), 1);
    let tip = fixture.repository.branch("main").await.unwrap().unwrap();
    assert_eq!(fixture.repository.count_commits(&tip).await.unwrap(), 45);
}

#[test]
fn the_same_root_may_be_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    Git::new(folder.path(), None).unwrap();
    Git::new(folder.path(), Some(1)).unwrap();
}
