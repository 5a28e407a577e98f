//! Commits without a work tree, branches, tags and the server's own refs.

mod common;

use bytes::Bytes;
use common::{Fixture, files_below, fixture};
use pipewright_git::write::{Action, CommitRequest, FileAction, Person, TagMessage};
use pipewright_git::{Error, Repository};
use pipewright_model::Timestamp;

fn person(name: &str) -> Person {
    Person { name: name.to_owned(), email: format!("{name}@example.com") }
}

fn request(actions: Vec<(&str, Action)>) -> CommitRequest {
    CommitRequest {
        branch: "main".to_owned(),
        start: None,
        actions: actions.into_iter().map(|(path, action)| FileAction { path: path.to_owned(), action }).collect(),
        message: "Title\n\nBody".to_owned(),
        author: person("ada"),
        committer: person("grace"),
        time: Timestamp::from_seconds(1_450_972_274),
    }
}

fn create(content: &str) -> Action {
    Action::Create { content: Bytes::copy_from_slice(content.as_bytes()), executable: false }
}

fn update(content: &str) -> Action {
    Action::Update { content: Bytes::copy_from_slice(content.as_bytes()) }
}

fn move_from(from: &str, content: Option<&str>) -> Action {
    let content = content.map(|content| Bytes::copy_from_slice(content.as_bytes()));
    Action::Move { from: from.to_owned(), content }
}

/// Mode and content of every file of the branch.
async fn files(repository: &Repository, rev: &str) -> Vec<(String, String, String)> {
    let commit = repository.resolve(rev).await.unwrap().unwrap();
    let mut found = Vec::new();
    for path in repository.paths(&commit).await.unwrap() {
        let blob = repository.blob(&commit, &path, 1000).await.unwrap();
        found.push((path, blob.info.mode, String::from_utf8(blob.bytes.to_vec()).unwrap()));
    }
    found
}

fn file(path: &str, mode: &str, content: &str) -> (String, String, String) {
    (path.to_owned(), mode.to_owned(), content.to_owned())
}

/// A repository whose `main` holds `a.txt` and `dir/b.txt`.
async fn started() -> (Fixture, String) {
    let fixture = fixture().await;
    let first = request(vec![("a.txt", create("a\n")), ("dir/b.txt", create("b\n"))]);
    let id = fixture.repository.commit_files(&first).await.unwrap();
    (fixture, id)
}

fn check_sound(repository: &Repository) {
    let mut fsck = std::process::Command::new("git");
    let output = fsck.args(["fsck", "--strict", "--no-dangling"]).current_dir(repository.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn the_first_commit_makes_the_branch() {
    let (fixture, id) = started().await;
    let repository = &fixture.repository;
    assert_eq!(repository.branch("main").await.unwrap(), Some(id.clone()));
    let commit = repository.commit(&id).await.unwrap();
    assert_eq!((&*commit.title, &*commit.message), ("Title", "Title\n\nBody"));
    assert_eq!((&*commit.author_name, &*commit.committer_email), ("ada", "grace@example.com"));
    assert_eq!(commit.committed_date, "2015-12-24T15:51:14.000+00:00");
    assert_eq!(commit.parent_ids, [""; 0]);
    assert_eq!(files(repository, "main").await, [file("a.txt", "100644", "a\n"), file("dir/b.txt", "100644", "b\n")]);
    check_sound(repository);
}

#[tokio::test]
async fn actions_work_in_order_and_see_each_other() {
    let (fixture, first) = started().await;
    let actions = vec![
        ("a.txt", update("a2\n")),
        ("run.sh", create("#!/bin/sh\n")),
        ("run.sh", Action::Chmod { executable: true }),
        ("run.sh", update("#!/bin/sh -e\n")),
        ("moved/run.sh", move_from("run.sh", None)),
        ("moved/b \"ü\".txt", move_from("dir/b.txt", Some("b2\n"))),
        // The folder went with its last file, so its name is free.
        ("dir", create("now a file\n")),
        ("gone", create("x")),
        ("gone", Action::Delete),
        ("empty", create("")),
    ];
    let id = fixture.repository.commit_files(&request(actions)).await.unwrap();
    let expected = [
        file("a.txt", "100644", "a2\n"),
        file("dir", "100644", "now a file\n"),
        file("empty", "100644", ""),
        file("moved/b \"ü\".txt", "100644", "b2\n"),
        file("moved/run.sh", "100755", "#!/bin/sh -e\n"),
    ];
    assert_eq!(files(&fixture.repository, "main").await, expected);
    assert_eq!(fixture.repository.commit(&id).await.unwrap().parent_ids, [first]);
    check_sound(&fixture.repository);
}

#[tokio::test]
async fn actions_that_do_not_fit_are_refused_and_move_nothing() {
    let (fixture, first) = started().await;
    let cases = [
        (vec![("a.txt", create("x"))], "A file with this name already exists: a.txt"),
        (vec![("dir", create("x"))], "A directory with this name already exists: dir"),
        (vec![("a.txt/x/y", create("x"))], "A file is where the directory should be: a.txt"),
        (vec![("absent", update("x"))], "A file with this name doesn't exist: absent"),
        (vec![("dir", update("x"))], "A file with this name doesn't exist: dir"),
        (vec![("absent", Action::Delete)], "A file with this name doesn't exist: absent"),
        (vec![("absent", Action::Chmod { executable: true })], "A file with this name doesn't exist: absent"),
        (vec![("x", move_from("absent", None))], "A file with this name doesn't exist: absent"),
        (vec![("a.txt", move_from("dir/b.txt", None))], "A file with this name already exists: a.txt"),
        (vec![("a.txt", Action::Delete), ("a.txt", update("x"))], "A file with this name doesn't exist: a.txt"),
    ];
    for (actions, sentence) in cases {
        let error = fixture.repository.commit_files(&request(actions)).await.unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error:?}");
        assert_eq!(error.to_string(), sentence);
    }
    for path in ["../x", ".git/config", "a//b", "", "x\ny"] {
        let error = fixture.repository.commit_files(&request(vec![(path, create("x"))])).await.unwrap_err();
        assert!(matches!(error, Error::BadName { .. }), "{error:?}");
    }
    assert_eq!(fixture.repository.branch("main").await.unwrap(), Some(first));
    // Objects nothing refers to may stay until the next upkeep; half a pack or a crash note may not.
    for path in files_below(fixture.repository.path()) {
        let name = path.to_string_lossy();
        assert!(!name.contains("tmp_") && !name.contains("crash") && !name.ends_with(".lock"), "{name}");
    }
}

#[tokio::test]
async fn a_new_branch_starts_where_it_is_told() {
    let (fixture, first) = started().await;
    let repository = &fixture.repository;
    let mut topic = request(vec![("c.txt", create("c\n"))]);
    topic.branch = "topic".to_owned();
    let error = repository.commit_files(&topic).await.unwrap_err();
    assert_eq!(error.to_string(), "branch topic does not exist");
    topic.start = Some("main".to_owned());
    let id = repository.commit_files(&topic).await.unwrap();
    assert_eq!(repository.commit(&id).await.unwrap().parent_ids, std::slice::from_ref(&first));
    assert_eq!(repository.branch("main").await.unwrap(), Some(first));
    let error = repository.commit_files(&topic).await.unwrap_err();
    assert_eq!(error.to_string(), "branch topic exists already");
    topic.branch = "main/x".to_owned();
    let error = repository.commit_files(&topic).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    topic.start = Some("absent".to_owned());
    assert!(matches!(repository.commit_files(&topic).await, Err(Error::NotFound { .. })));
    topic.branch = "-x".to_owned();
    assert!(matches!(repository.commit_files(&topic).await, Err(Error::BadName { .. })));
}

#[tokio::test]
async fn commits_made_at_once_all_count_or_say_that_they_lost() {
    let (fixture, _) = started().await;
    let repository = &fixture.repository;
    let commits = (0..8).map(|number| {
        let path = format!("file{number}");
        async move {
            let request = request(vec![(&path, create("x"))]);
            repository.commit_files(&request).await
        }
    });
    let mut made = 0;
    for result in futures::future::join_all(commits).await {
        match result {
            Ok(_) => made += 1,
            Err(Error::Conflict { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(made >= 1);
    assert_eq!(files(repository, "main").await.len(), 2 + made);
    check_sound(repository);
}

#[tokio::test]
async fn strange_people_and_messages_are_written_soundly() {
    let (fixture, _) = started().await;
    let mut odd = request(vec![("c", create("c"))]);
    odd.author = Person { name: "<Evil>\ncommitter X".to_owned(), email: "a>b\n".to_owned() };
    odd.committer = Person { name: String::new(), email: String::new() };
    odd.message = "data 3\nM 100644\0 \"\n\u{fc}".to_owned();
    let id = fixture.repository.commit_files(&odd).await.unwrap();
    let commit = fixture.repository.commit(&id).await.unwrap();
    assert_eq!((&*commit.author_name, &*commit.author_email), ("Evilcommitter X", "ab"));
    assert_eq!((&*commit.committer_name, &*commit.committer_email), ("unknown", ""));
    assert_eq!(commit.message, "data 3\nM 100644 \"\n\u{fc}");
    check_sound(&fixture.repository);
}

#[tokio::test]
async fn branches_are_made_once_and_removed_once() {
    let (fixture, id) = started().await;
    let repository = &fixture.repository;
    assert_eq!(repository.create_branch("topic/x", "main").await.unwrap(), id);
    let error = repository.create_branch("topic/x", "main").await.unwrap_err();
    assert_eq!(error.to_string(), "topic/x exists already");
    assert!(matches!(error, Error::Conflict { .. }));
    assert!(matches!(repository.create_branch("topic", "main").await, Err(Error::Conflict { .. })));
    assert!(matches!(repository.create_branch("y", "absent").await, Err(Error::NotFound { .. })));
    assert!(matches!(repository.create_branch("a..b", "main").await, Err(Error::BadName { .. })));
    repository.delete_branch("topic/x").await.unwrap();
    assert!(matches!(repository.delete_branch("topic/x").await, Err(Error::NotFound { .. })));
    repository.create_branch("topic", &id).await.unwrap();
}

#[tokio::test]
async fn tags_are_light_or_annotated() {
    let (fixture, id) = started().await;
    let repository = &fixture.repository;
    repository.create_tag("light", "main", None).await.unwrap();
    let text = "Second\n\nwith more".to_owned();
    let message = TagMessage { text: text.clone(), tagger: person("ada"), time: Timestamp::from_seconds(1) };
    assert_eq!(repository.create_tag("v2", "main", Some(&message)).await.unwrap(), id);
    let tag = repository.tag("v2").await.unwrap().unwrap();
    assert_eq!((&tag.commit, tag.message), (&id, Some(text)));
    assert_ne!(tag.target, id);
    let error = repository.create_tag("v2", "main", None).await.unwrap_err();
    assert_eq!(error.to_string(), "v2 exists already");
    repository.delete_tag("v2").await.unwrap();
    assert!(matches!(repository.delete_tag("v2").await, Err(Error::NotFound { .. })));
    check_sound(repository);
}

#[tokio::test]
async fn the_servers_own_refs_are_set_moved_and_removed() {
    let (fixture, first) = started().await;
    let repository = &fixture.repository;
    let second = repository.commit_files(&request(vec![("c", create("c"))])).await.unwrap();
    repository.set_ref("refs/pipelines/7", &first).await.unwrap();
    repository.set_ref("refs/pipelines/7", &second).await.unwrap();
    assert_eq!(repository.resolve("refs/pipelines/7").await.unwrap(), Some(second));
    repository.delete_ref("refs/pipelines/7").await.unwrap();
    repository.delete_ref("refs/pipelines/7").await.unwrap();
    assert_eq!(repository.resolve("refs/pipelines/7").await.unwrap(), None);
    assert!(matches!(repository.set_ref("refs/pipelines/8", &"1".repeat(40)).await, Err(Error::NotFound { .. })));
    assert!(matches!(repository.set_ref("pipelines/8", &first).await, Err(Error::BadName { .. })));
}
