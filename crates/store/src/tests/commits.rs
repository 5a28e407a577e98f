use super::*;
use crate::{commits, namespaces};
use pipewright_model::Commit;

fn commit(id: &str) -> Commit {
    Commit {
        id: id.to_owned(),
        short_id: id[..8].to_owned(),
        title: "naïve".to_owned(),
        message: "naïve\n\nwhy".to_owned(),
        author_name: "Ana".to_owned(),
        author_email: "ana@example.com".to_owned(),
        authored_date: "2015-12-24T16:51:14.000+01:00".to_owned(),
        committer_name: "Ben".to_owned(),
        committer_email: "ben@example.com".to_owned(),
        committed_date: "2015-12-24T16:51:15.000+01:00".to_owned(),
        parent_ids: vec!["p".to_owned()],
    }
}

#[test]
fn commits_are_remembered_once() {
    for_both(async |db| {
        let (one, two) = ("a".repeat(40), "b".repeat(40));
        let project = write(db, |tx| {
            let namespace = namespaces::of_user(tx, user(tx, "ana")?.id)?.expect("ana's");
            Ok(project(tx, &namespace, "p")?.id)
        })
        .await;
        for id in [one.clone(), two.clone(), one.clone()] {
            write(db, move |tx| commits::insert(tx, project, &commit(&id))).await;
        }
        let found = read(db, {
            let one = one.clone();
            move |tx| commits::by_sha(tx, project, &one)
        });
        assert_eq!(found.await, Some(commit(&one)));
        assert_eq!(read(db, move |tx| commits::by_sha(tx, project, "c")).await, None);
    });
}
