use super::*;
use crate::members::{self, NewMember, Place};
use crate::namespaces::{self, NamespaceFilter, Viewer};
use crate::{Error, Page};
use pipewright_model::{AccessLevel, NamespaceId, NamespaceKind, UserId, Visibility};

#[test]
fn addresses_follow_the_groups_above() {
    for_both(async |db| {
        let (top, mid, leaf) = write(db, |tx| {
            let top = group(tx, "Top", None)?;
            let mid = group(tx, "mid", Some(&top))?;
            let leaf = group(tx, "leaf", Some(&mid))?;
            Ok((top, mid, leaf))
        })
        .await;
        assert_eq!(leaf.full_path, "Top/mid/leaf");
        assert_eq!(read(db, |tx| namespaces::by_path(tx, "top/MID")).await, Some(mid.clone()));
        let chain = read(db, move |tx| namespaces::chain(tx, leaf.id)).await;
        assert_eq!(chain.iter().map(|group| group.id).collect::<Vec<_>>(), [top.id, mid.id, leaf.id]);
        let below = read(db, move |tx| namespaces::descendants(tx, top.id)).await;
        assert_eq!(below, [top.id, mid.id, leaf.id]);
        let again = db.write(|tx| group(tx, "TOP", None)).await;
        assert!(matches!(again, Err(Error::Duplicate(_))), "{again:?}");
        let some = read(db, |tx| namespaces::by_ids(tx, &[NamespaceId(1), NamespaceId(77)])).await;
        assert_eq!(some.len(), 1);
        assert_eq!(read(db, |tx| namespaces::by_id(tx, NamespaceId(77))).await, None);
    });
}

#[test]
fn a_new_name_reaches_everything_below_and_nothing_beside() {
    for_both(async |db| {
        write(db, |tx| {
            let top = group(tx, "a_b", None)?;
            let mid = group(tx, "Mid", Some(&top))?;
            project(tx, &mid, "Proj")?;
            // A pattern would take the underscore for any character.
            let beside = group(tx, "axb", None)?;
            project(tx, &beside, "proj")?;
            namespaces::rename(tx, &top, "new")
        })
        .await;
        let found = read(db, |tx| {
            Ok((
                namespaces::by_path(tx, "NEW/mid")?.map(|group| group.full_path),
                crate::projects::by_path(tx, "new/mid/proj")?.map(|project| project.full_path),
                crate::projects::by_path(tx, "axb/proj")?.is_some(),
                namespaces::by_path(tx, "a_b")?.is_none(),
            ))
        });
        let expected = (Some("new/Mid".to_owned()), Some("new/Mid/Proj".to_owned()), true, true);
        assert_eq!(found.await, expected);
    });
}

#[test]
fn who_looks_decides_what_is_listed() {
    for_both(async |db| {
        let ana = write(db, |tx| {
            let ana = user(tx, "ana")?;
            for (path, visibility) in
                [("open", Visibility::Public), ("house", Visibility::Internal), ("secret", Visibility::Private)]
            {
                let mut made = group(tx, path, None)?;
                made.visibility = visibility;
                namespaces::update(tx, &made)?;
                group(tx, "below", Some(&made)).and_then(|mut below| {
                    below.visibility = visibility;
                    namespaces::update(tx, &below)
                })?;
            }
            let secret = namespaces::by_path(tx, "secret")?.expect("secret");
            let member = NewMember {
                user_id: ana.id,
                place: Place::Namespace(secret.id),
                access_level: AccessLevel::Developer,
                expires_at: None,
                created_at: START,
                created_by: None,
            };
            members::insert(tx, &member)?;
            user(tx, "ben")?;
            Ok(ana.id)
        })
        .await;
        let paths = async |viewer: Viewer, filter: NamespaceFilter| {
            let filter = NamespaceFilter { kind: Some(NamespaceKind::Group), ..filter };
            let found = read(db, move |tx| namespaces::list(tx, viewer, &filter, Page::first(20))).await;
            let paths: Vec<_> = found.items.into_iter().map(|group| group.full_path).collect();
            assert_eq!(paths.len() as i64, found.total);
            paths.join(" ")
        };
        let top = NamespaceFilter { top_level: true, ..NamespaceFilter::default() };
        assert_eq!(paths(Viewer::Admin, top.clone()).await, "house open secret");
        assert_eq!(paths(Viewer::Anonymous, top.clone()).await, "open");
        assert_eq!(paths(Viewer::User(ana), top.clone()).await, "house open secret");
        assert_eq!(paths(Viewer::User(UserId(2)), top.clone()).await, "house open");
        assert_eq!(
            paths(Viewer::External(ana), NamespaceFilter::default()).await,
            "open open/below secret secret/below"
        );
        let mine = NamespaceFilter { member: Some(ana), ..NamespaceFilter::default() };
        assert_eq!(paths(Viewer::Admin, mine).await, "secret secret/below");
        let least =
            |level: AccessLevel| NamespaceFilter { least: Some((ana, level.number())), ..NamespaceFilter::default() };
        assert_eq!(paths(Viewer::Admin, least(AccessLevel::Developer)).await, "secret secret/below");
        assert_eq!(paths(Viewer::Admin, least(AccessLevel::Owner)).await, "");
        let search = NamespaceFilter { search: Some("T/BEL".to_owned()), ..NamespaceFilter::default() };
        assert_eq!(paths(Viewer::Admin, search).await, "secret/below");
        let parent = read(db, |tx| namespaces::by_path(tx, "open")).await.unwrap().id;
        let children = NamespaceFilter { parent_id: Some(parent), ..NamespaceFilter::default() };
        assert_eq!(paths(Viewer::Anonymous, children).await, "open/below");
    });
}

#[test]
fn a_users_namespace_is_found_and_a_group_goes_with_those_below() {
    for_both(async |db| {
        let (ana, top) = write(db, |tx| {
            let ana = user(tx, "ana")?;
            let top = group(tx, "top", None)?;
            group(tx, "below", Some(&top))?;
            Ok((ana.id, top.id))
        })
        .await;
        let own = read(db, move |tx| namespaces::of_user(tx, ana)).await.unwrap();
        assert_eq!(own.full_path, "ana");
        assert!(write(db, move |tx| namespaces::delete(tx, top)).await);
        assert_eq!(read(db, |tx| namespaces::by_path(tx, "top/below")).await, None);
        write(db, move |tx| project(tx, &namespaces::of_user(tx, ana)?.expect("ana's"), "p")).await;
        let full = db.write(move |tx| namespaces::delete(tx, own.id)).await;
        assert!(matches!(full, Err(Error::Reference(_))), "{full:?}");
    });
}
