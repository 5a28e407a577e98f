use super::*;
use crate::{Error, namespaces, protected_refs};
use pipewright_model::{AccessLevel, ProtectedRef, ProtectedRefId};

#[test]
fn rules_are_kept_by_kind_and_name() {
    for_both(async |db| {
        let made = write(db, |tx| {
            let namespace = namespaces::of_user(tx, user(tx, "ana")?.id)?.expect("ana's");
            let rule = ProtectedRef {
                id: ProtectedRefId(0),
                project_id: project(tx, &namespace, "p")?.id,
                tag: false,
                name: "main".to_owned(),
                push_level: AccessLevel::Maintainer,
                merge_level: AccessLevel::None,
                allow_force_push: false,
            };
            protected_refs::insert(tx, &ProtectedRef { tag: true, ..rule.clone() })?;
            protected_refs::insert(tx, &rule)
        })
        .await;
        let project = made.project_id;
        let again = made.clone();
        let twice = db.write(move |tx| protected_refs::insert(tx, &again)).await;
        assert!(matches!(twice, Err(Error::Duplicate(_))), "{twice:?}");
        assert_eq!(read(db, move |tx| protected_refs::list(tx, project, false)).await, vec![made.clone()]);
        write(db, move |tx| protected_refs::update(tx, made.id, AccessLevel::Developer, AccessLevel::Admin, true))
            .await;
        let found = read(db, move |tx| protected_refs::by_name(tx, project, false, "main")).await.unwrap();
        assert_eq!((found.push_level, found.merge_level), (AccessLevel::Developer, AccessLevel::Admin));
        assert!(found.allow_force_push);
        assert!(write(db, move |tx| protected_refs::delete(tx, made.id)).await);
        assert!(!write(db, move |tx| protected_refs::delete(tx, made.id)).await);
        assert_eq!(read(db, move |tx| protected_refs::list(tx, project, true)).await.len(), 1);
    });
}
