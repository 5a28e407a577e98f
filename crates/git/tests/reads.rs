//! Commits, refs, trees, files, differences and archives of a repository that git itself filled.

mod common;

use common::{Client, Fixture, fixture};
use futures::TryStreamExt;
use pipewright_git::read::{ArchiveFormat, EntryKind, LogQuery};
use pipewright_git::{Body, Error};
use pipewright_model::Timestamp;

/// A repository with three commits on `main`, and what its client knows about them.
async fn filled() -> (Fixture, Client, [String; 3]) {
    let fixture = fixture().await;
    let url = fixture.repository.path().to_str().unwrap().to_owned();
    let client = Client::new(&fixture, "work", &url);
    let first = client.commit("README", "hello\n");
    client.write("src/a.c", "int a;\n");
    client.write("src/deep/b \"ü\".c", "int b;\n");
    std::os::unix::fs::symlink("README", client.folder.join("link")).unwrap();
    let second = client.commit("run.sh", "#!/bin/sh\n");
    client.ok(&["update-index", "--chmod=+x", "run.sh"]);
    client.ok(&["mv", "src/a.c", "src/c.c"]);
    client.ok(&["checkout", "-q", "run.sh"]);
    client.ok(&["commit", "-q", "-m", "Move things\n\nBecause.\nReally."]);
    let third = client.head();
    client.ok(&["push", "-q", "origin", "main"]);
    (fixture, client, [first, second, third])
}

async fn bytes(body: Body) -> Vec<u8> {
    body.try_collect::<Vec<_>>().await.unwrap().concat()
}

fn not_found<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result.unwrap_err() {
        Error::NotFound { what } => what,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_commit_has_every_field_and_keeps_its_offset() {
    let (fixture, _, [_, second, third]) = filled().await;
    let commit = fixture.repository.commit(&third).await.unwrap();
    assert_eq!(commit.id, third);
    assert_eq!(commit.short_id, third[..8]);
    assert_eq!(commit.title, "Move things");
    assert_eq!(commit.message, "Move things\n\nBecause.\nReally.\n");
    assert_eq!((&*commit.author_name, &*commit.author_email), ("Ada", "ada@example.com"));
    assert_eq!((&*commit.committer_name, &*commit.committer_email), ("Ada", "ada@example.com"));
    assert_eq!(commit.authored_date, "2015-12-24T16:51:14.000+01:00");
    assert_eq!(commit.committed_date, "2015-12-24T16:51:14.000+01:00");
    assert_eq!(commit.parent_ids, [second]);
    assert_eq!(not_found(fixture.repository.commit(&"1".repeat(40)).await), format!("commit {}", "1".repeat(40)));
    assert!(matches!(fixture.repository.commit("--all").await, Err(Error::BadName { .. })));
}

#[tokio::test]
async fn several_commits_come_in_the_order_asked_for() {
    let (fixture, _, [first, second, third]) = filled().await;
    let found = fixture.repository.commits_by_id(&[&second, &third, &first, &second]).await.unwrap();
    let ids: Vec<_> = found.iter().map(|commit| &commit.id).collect();
    assert_eq!(ids, [&second, &third, &first, &second]);
    assert_eq!(fixture.repository.commits_by_id(&[]).await.unwrap(), []);
}

#[tokio::test]
async fn names_of_every_kind_are_resolved_and_nothing_else() {
    let (fixture, client, [first, _, third]) = filled().await;
    client.ok(&["tag", "-a", "v1", "-m", "One", &first]);
    client.ok(&["push", "-q", "origin", "v1", &format!("{first}:refs/pipelines/3")]);
    let repository = &fixture.repository;
    for name in ["main", "HEAD", "refs/heads/main", &*third, &third[..10]] {
        assert_eq!(repository.resolve(name).await.unwrap().as_ref(), Some(&third), "{name}");
    }
    for name in ["v1", "refs/tags/v1", "refs/pipelines/3"] {
        assert_eq!(repository.resolve(name).await.unwrap().as_ref(), Some(&first), "{name}");
    }
    for name in ["", "absent", "main~1", "HEAD^", ":/Move", "--all", "main@{0}", "a..b", "main:README", "\0"] {
        assert_eq!(repository.resolve(name).await.unwrap(), None, "{name:?}");
    }
    assert_eq!(repository.resolve(&"1".repeat(40)).await.unwrap(), None);
    assert_eq!(repository.branch("v1").await.unwrap(), None);
    assert_eq!(repository.branch("main").await.unwrap(), Some(third));
}

#[tokio::test]
async fn branches_and_tags_are_listed_by_name() {
    let (fixture, client, [first, second, third]) = filled().await;
    client.ok(&["tag", "light", &second]);
    client.ok(&["tag", "-a", "v1/final", "-m", "One\n\nand more", &first]);
    client.ok(&["tag", "tree", "HEAD^{tree}"]);
    client.ok(&["push", "-q", "origin", "--tags", &format!("{first}:refs/heads/a/b")]);
    let branches = fixture.repository.branches().await.unwrap();
    let seen: Vec<_> = branches.iter().map(|found| (&*found.name, &*found.id)).collect();
    assert_eq!(seen, [("a/b", &*first), ("main", &*third)]);
    let tags = fixture.repository.tags().await.unwrap();
    let seen: Vec<_> = tags.iter().map(|tag| (&*tag.name, &*tag.commit, tag.message.as_deref())).collect();
    assert_eq!(seen, [("light", &*second, None), ("v1/final", &*first, Some("One\n\nand more"))]);
    assert_ne!(tags[1].target, tags[1].commit);
    assert_eq!(fixture.repository.tag("v1").await.unwrap(), None);
    assert!(!fixture.repository.is_empty().await.unwrap());
}

#[tokio::test]
async fn an_empty_repository_has_nothing_and_says_so() {
    let fixture = fixture().await;
    assert!(fixture.repository.is_empty().await.unwrap());
    assert_eq!(fixture.repository.branches().await.unwrap(), []);
    assert_eq!(fixture.repository.resolve("HEAD").await.unwrap(), None);
    let query = LogQuery { rev: "main".to_owned(), max: 1, ..LogQuery::default() };
    assert_eq!(not_found(fixture.repository.commits(&query).await), "revision main");
    let absent = fixture.git.repository("repositories/9.git").unwrap();
    assert_eq!(not_found(absent.branches().await), "the repository");
}

#[tokio::test]
async fn the_log_is_cut_by_path_time_and_number() {
    let (fixture, client, [first, second, third]) = filled().await;
    let repository = &fixture.repository;
    let log = async |query: LogQuery| {
        let found = repository.commits(&query).await.unwrap();
        found.into_iter().map(|commit| commit.id).collect::<Vec<_>>()
    };
    let all = LogQuery { rev: "main".to_owned(), max: 10, ..LogQuery::default() };
    assert_eq!(log(all.clone()).await, [&*third, &*second, &*first]);
    assert_eq!(log(LogQuery { skip: 1, max: 1, ..all.clone() }).await, [&*second]);
    assert_eq!(log(LogQuery { path: Some("README".to_owned()), ..all.clone() }).await, [&*first]);
    assert_eq!(log(LogQuery { path: Some("src".to_owned()), ..all.clone() }).await, [&*third, &*second]);
    let made = Timestamp::parse("2015-12-24T15:51:14Z").unwrap();
    assert_eq!(log(LogQuery { since: Some(made.plus_seconds(1)), ..all.clone() }).await, [""; 0]);
    assert_eq!(log(LogQuery { until: Some(made), since: Some(made), ..all.clone() }).await.len(), 3);
    assert_eq!(log(LogQuery { until: Some(made.plus_seconds(-1)), ..all }).await, [""; 0]);
    assert_eq!(repository.count_commits(&third).await.unwrap(), 3);
    drop(client);
}

#[tokio::test]
async fn relations_between_commits() {
    let (fixture, client, [first, second, third]) = filled().await;
    client.ok(&["checkout", "-q", "-b", "side", &second]);
    let side = client.commit("side", "x");
    client.ok(&["checkout", "-q", "--orphan", "island"]);
    let island = client.commit("island", "x");
    client.ok(&["push", "-q", "origin", "side", "island"]);
    let repository = &fixture.repository;
    assert_eq!(repository.merge_base(&side, &third).await.unwrap(), Some(second.clone()));
    assert_eq!(repository.merge_base(&island, &third).await.unwrap(), None);
    assert!(repository.is_ancestor(&first, &third).await.unwrap());
    assert!(repository.is_ancestor(&third, &third).await.unwrap());
    assert!(!repository.is_ancestor(&third, &first).await.unwrap());
    assert_eq!(not_found(repository.is_ancestor(&"1".repeat(40), &first).await), "the commit");
}

#[tokio::test]
async fn trees_are_listed_with_and_without_what_lies_below() {
    let (fixture, _, [first, _, third]) = filled().await;
    let repository = &fixture.repository;
    let top = repository.tree(&third, "", false).await.unwrap();
    let seen: Vec<_> = top.iter().map(|entry| (&*entry.path, &*entry.mode, entry.kind)).collect();
    let expected = [
        ("README", "100644", EntryKind::Blob),
        ("link", "120000", EntryKind::Blob),
        ("run.sh", "100755", EntryKind::Blob),
        ("src", "040000", EntryKind::Tree),
    ];
    assert_eq!(seen, expected);
    let below = repository.tree(&third, "src", true).await.unwrap();
    let seen: Vec<_> = below.iter().map(|entry| (&*entry.path, entry.name())).collect();
    let expected = [("src/c.c", "c.c"), ("src/deep", "deep"), ("src/deep/b \"ü\".c", "b \"ü\".c")];
    assert_eq!(seen, expected);
    assert_eq!(not_found(repository.tree(&first, "src", false).await), "folder src");
    assert_eq!(not_found(repository.tree(&first, "README", false).await), "folder README");
    assert!(not_found(repository.tree(&"1".repeat(40), "", false).await).starts_with("commit 1111"));
    assert!(matches!(repository.tree(&third, "../x", false).await, Err(Error::BadName { .. })));
    let paths = repository.paths(&third).await.unwrap();
    assert_eq!(paths, ["README", "link", "run.sh", "src/c.c", "src/deep/b \"ü\".c"]);
}

#[tokio::test]
async fn files_are_read_up_to_a_limit_or_streamed() {
    let (fixture, _, [_, _, third]) = filled().await;
    let repository = &fixture.repository;
    let readme = repository.blob(&third, "README", 6).await.unwrap();
    assert_eq!((&*readme.bytes, readme.info.size, &*readme.info.mode), (&b"hello\n"[..], 6, "100644"));
    assert_eq!(readme.info.id, "ce013625030ba8dba906f756967f9e9ca394464a");
    let link = repository.blob(&third, "link", 100).await.unwrap();
    assert_eq!((&*link.bytes, &*link.info.mode), (&b"README"[..], "120000"));
    assert_eq!(repository.blob(&third, "src/deep/b \"ü\".c", 100).await.unwrap().bytes, "int b;\n");
    let large = repository.blob(&third, "README", 5).await.unwrap_err();
    assert!(matches!(large, Error::TooLarge { size: 6, limit: 5, .. }), "{large:?}");
    assert_eq!(bytes(repository.blob_stream(&readme.info.id).unwrap()).await, b"hello\n");
    for path in ["absent", "src", "README/x", "src/*", "*"] {
        assert_eq!(not_found(repository.blob(&third, path, 100).await), format!("file {path}"));
    }
    assert!(repository.blob_stream(&"1".repeat(40)).unwrap().try_collect::<Vec<_>>().await.is_err());
}

#[tokio::test]
async fn changes_name_both_ends_of_a_move() {
    let (fixture, client, [first, second, third]) = filled().await;
    let repository = &fixture.repository;
    let moved = ["run.sh", "src/a.c", "src/c.c"];
    assert_eq!(repository.changed_paths(&second, &third).await.unwrap(), moved);
    assert_eq!(repository.changed_by(&third).await.unwrap(), moved);
    assert_eq!(repository.changed_by(&first).await.unwrap(), ["README"]);
    client.ok(&["checkout", "-q", "-b", "side", &first]);
    client.commit("side", "x");
    client.ok(&["merge", "-q", "--no-ff", "-m", "Merge", "main"]);
    client.ok(&["push", "-q", "origin", "side"]);
    // Against the first parent: what the merge brought in.
    let merged = repository.changed_by(&client.head()).await.unwrap();
    assert_eq!(merged, ["link", "run.sh", "src/c.c", "src/deep/b \"ü\".c"]);
    assert_eq!(not_found(repository.changed_paths(&"1".repeat(40), &third).await), "the commit");
}

#[tokio::test]
async fn archives_hold_the_commit_below_their_prefix() {
    let (fixture, client, [first, _, third]) = filled().await;
    let repository = &fixture.repository;
    for format in [ArchiveFormat::Tar, ArchiveFormat::TarGz] {
        let tar = bytes(repository.archive(&third, format, "demo-main", None).unwrap()).await;
        let file = client.folder.join("out.tar");
        std::fs::write(&file, tar).unwrap();
        let list = std::process::Command::new("tar").arg("-tf").arg(&file).output().unwrap();
        let list = String::from_utf8_lossy(&list.stdout).into_owned();
        assert!(list.contains("demo-main/README\n") && list.contains("demo-main/src/c.c\n"), "{list}");
    }
    let zip = bytes(repository.archive(&third, ArchiveFormat::Zip, "x", Some("src")).unwrap()).await;
    assert!(zip.starts_with(b"PK"));
    assert!(!zip.windows(8).any(|window| window == b"x/README"));
    let absent = repository.archive(&first, ArchiveFormat::Tar, "x", Some("src")).unwrap();
    assert!(absent.try_collect::<Vec<_>>().await.is_err());
    assert!(repository.archive(&third, ArchiveFormat::Tar, "../x", None).is_err());
    assert_eq!(ArchiveFormat::parse("tgz"), Some(ArchiveFormat::TarGz));
    assert_eq!(ArchiveFormat::parse("rar"), None);
}

#[tokio::test]
async fn commits_with_endless_messages_are_searched_up_to_a_bound() {
    let (fixture, client, _) = filled().await;
    for number in 0..3 {
        client.write("message", &format!("needle {number}\n\n{}", "x".repeat(7 << 20)));
        client.ok(&["commit", "-q", "--allow-empty", "-F", "message"]);
    }
    client.ok(&["push", "-q", "origin", "main"]);
    let found = fixture.repository.commits_saying(&client.head(), "needle", 10).await.unwrap();
    let titles: Vec<&str> = found.iter().map(|commit| commit.title.as_str()).collect();
    assert_eq!(titles, ["needle 2", "needle 1"], "the third is past the bound");
}
