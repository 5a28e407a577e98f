use super::*;
use crate::members::{self, NewMember, Place};
use crate::{Error, Page, namespaces};
use pipewright_model::{AccessLevel, Timestamp, UserId};

fn new(user_id: UserId, place: Place, access_level: AccessLevel, expires_at: Option<Timestamp>) -> NewMember {
    NewMember { user_id, place, access_level, expires_at, created_at: START, created_by: None }
}

#[test]
fn a_role_is_the_highest_of_all_that_reach_a_place() {
    for_both(async |db| {
        let (ana, ben, mid, project) = write(db, |tx| {
            let (ana, ben) = (user(tx, "ana")?.id, user(tx, "ben")?.id);
            let top = group(tx, "top", None)?;
            let mid = group(tx, "mid", Some(&top))?;
            let project = project(tx, &mid, "p")?;
            members::insert(tx, &new(ana, Place::Namespace(top.id), AccessLevel::Maintainer, None))?;
            members::insert(tx, &new(ana, Place::Namespace(mid.id), AccessLevel::Guest, None))?;
            members::insert(tx, &new(ana, Place::Project(project.id), AccessLevel::Reporter, None))?;
            members::insert(tx, &new(ben, Place::Project(project.id), AccessLevel::Developer, None))?;
            Ok((ana, ben, mid.id, project.id))
        })
        .await;
        let role = async |user| read(db, move |tx| members::role_in_project(tx, project, mid, user)).await;
        assert_eq!(role(ana).await, AccessLevel::Maintainer);
        assert_eq!(role(ben).await, AccessLevel::Developer);
        assert_eq!(role(UserId(99)).await, AccessLevel::None);
        let in_group = async |user| read(db, move |tx| members::role_in_namespace(tx, mid, user)).await;
        assert_eq!((in_group(ana).await, in_group(ben).await), (AccessLevel::Maintainer, AccessLevel::None));
    });
}

#[test]
fn a_users_own_namespace_makes_him_owner() {
    for_both(async |db| {
        let role = write(db, |tx| {
            let ana = user(tx, "ana")?.id;
            let own = namespaces::of_user(tx, ana)?.expect("ana's");
            let project = project(tx, &own, "p")?;
            members::role_in_project(tx, project.id, own.id, ana)
        });
        assert_eq!(role.await, AccessLevel::Owner);
    });
}

#[test]
fn memberships_are_single_changed_listed_and_ended() {
    for_both(async |db| {
        let (ana, place, id) = write(db, |tx| {
            let ana = user(tx, "ana")?.id;
            let ben = user(tx, "ben")?.id;
            let place = Place::Namespace(group(tx, "top", None)?.id);
            let id = members::insert(tx, &new(ana, place, AccessLevel::Guest, None))?.id;
            members::insert(tx, &new(ben, place, AccessLevel::Owner, Some(START)))?;
            Ok((ana, place, id))
        })
        .await;
        let twice = db.write(move |tx| members::insert(tx, &new(ana, place, AccessLevel::Owner, None))).await;
        assert!(matches!(twice, Err(Error::Duplicate(_))), "{twice:?}");
        write(db, move |tx| members::update(tx, id, AccessLevel::Planner, Some(START.plus_seconds(9)))).await;
        let found = read(db, move |tx| members::direct(tx, place, ana)).await.unwrap();
        assert_eq!((found.access_level, found.expires_at), (AccessLevel::Planner, Some(START.plus_seconds(9))));
        let names = async |user: Option<UserId>, search: Option<&'static str>| {
            let found = read(db, move |tx| members::list(tx, &[place], user, search, Page::first(9))).await;
            found.items.iter().map(|(_, user)| user.username.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(None, None).await, "ana ben");
        assert_eq!(names(Some(ana), None).await, "ana");
        assert_eq!(names(None, Some("EN NA")).await, "ben");
        assert_eq!(read(db, |tx| members::list(tx, &[], None, None, Page::first(9))).await.total, 0);
        let ended = read(db, |tx| members::expired(tx, START)).await;
        assert_eq!(ended.iter().map(|member| member.access_level).collect::<Vec<_>>(), [AccessLevel::Owner]);
        assert_eq!(read(db, |tx| members::next_end(tx, START)).await, Some(START.plus_seconds(9)));
        let owner = ended[0].clone();
        let last = async || {
            let owner = owner.clone();
            read(db, move |tx| members::is_last_owner(tx, &owner)).await
        };
        assert!(last().await);
        write(db, move |tx| members::update(tx, id, AccessLevel::Owner, None)).await;
        assert!(!last().await);
        write(db, move |tx| members::delete(tx, ended[0].id)).await;
        assert_eq!(names(None, None).await, "ana");
        assert!(write(db, move |tx| members::delete(tx, id)).await);
        assert!(!write(db, move |tx| members::delete(tx, id)).await);
    });
}
