use super::*;
use crate::members::{self, NewMember, Place};
use crate::namespaces::{self, Viewer};
use crate::projects::{self, ProjectFilter, ProjectOrder};
use crate::{Error, Page, Tx};
use pipewright_model::{AccessLevel, Namespace, ProjectId, UserId, Visibility};

fn own(tx: &Tx<'_>, user: UserId) -> crate::Result<Namespace> {
    Ok(namespaces::of_user(tx, user)?.expect("a user's namespace"))
}

#[test]
fn a_project_is_read_as_it_was_written() {
    for_both(async |db| {
        let made = write(db, |tx| {
            let ana = user(tx, "Ana")?;
            project(tx, &own(tx, ana.id)?, "Proj")
        })
        .await;
        assert_eq!(made.full_path, "Ana/Proj");
        assert_eq!(read(db, |tx| projects::by_path(tx, "ana/PROJ")).await, Some(made.clone()));
        let mut wanted = made.clone();
        wanted.name = "Other".to_owned();
        wanted.path = "other".to_owned();
        wanted.full_path = "Ana/other".to_owned();
        wanted.visibility = Visibility::Internal;
        wanted.default_branch = Some("dev".to_owned());
        wanted.archived = true;
        wanted.updated_at = START.plus_seconds(5);
        wanted.settings.topics = vec!["a".to_owned()];
        let row = wanted.clone();
        write(db, move |tx| projects::update(tx, &row)).await;
        assert_eq!(read(db, move |tx| projects::by_id(tx, made.id)).await, Some(wanted.clone()));
        assert_eq!(read(db, move |tx| projects::by_ids(tx, &[made.id, ProjectId(77)])).await, [wanted.clone()]);
        let late = START.plus_seconds(7);
        write(db, move |tx| projects::touch(tx, made.id, late)).await;
        assert_eq!(read(db, move |tx| projects::by_id(tx, made.id)).await.unwrap().last_activity_at, late);
        assert!(!write(db, move |tx| projects::set_first_branch(tx, made.id, "main")).await, "it has one");
    });
}

#[test]
fn an_address_is_free_again_when_its_project_is_being_deleted() {
    for_both(async |db| {
        let (namespace, first) = write(db, |tx| {
            let namespace = own(tx, user(tx, "ana")?.id)?;
            let first = project(tx, &namespace, "p")?;
            Ok((namespace, first.id))
        })
        .await;
        let (place, second) = (namespace.clone(), namespace.clone());
        let taken = db.write(move |tx| project(tx, &place, "P")).await;
        assert!(matches!(taken, Err(Error::Duplicate(_))), "{taken:?}");
        assert!(!write(db, move |tx| projects::remove(tx, first)).await, "only marked ones are removed");
        assert!(write(db, move |tx| projects::mark_deleted(tx, first, START)).await);
        assert!(!write(db, move |tx| projects::mark_deleted(tx, first, START)).await);
        assert_eq!(read(db, move |tx| projects::by_id(tx, first)).await, None);
        let second = write(db, move |tx| project(tx, &second, "p")).await.id;
        let inside = [namespace.id];
        assert_eq!(read(db, move |tx| projects::count_in(tx, &inside)).await, 2);
        assert_eq!(read(db, move |tx| projects::marked_in(tx, &inside)).await, [first]);
        assert!(write(db, move |tx| projects::remove(tx, first)).await);
        assert_eq!(read(db, move |tx| projects::count_in(tx, &inside)).await, 1);
        let set = write(db, move |tx| projects::set_first_branch(tx, second, "main")).await;
        assert!(set);
    });
}

/// ana owns `ana/secret`; group `g` has `g/house` (internal) and `g/open` (public), ben develops in `g`;
/// cem is a reporter of `ana/secret`.
fn populate(tx: &Tx<'_>) -> crate::Result<[UserId; 3]> {
    let users = [user(tx, "ana")?.id, user(tx, "ben")?.id, user(tx, "cem")?.id];
    let secret = project(tx, &own(tx, users[0])?, "secret")?;
    let g = group(tx, "g", None)?;
    let member = |user_id, place, access_level| NewMember {
        user_id,
        place,
        access_level,
        expires_at: None,
        created_at: START,
        created_by: None,
    };
    for (path, visibility) in [("house", Visibility::Internal), ("open", Visibility::Public)] {
        projects::insert(tx, &projects::NewProject { visibility, ..new_project(&g, path) })?;
    }
    members::insert(tx, &member(users[1], Place::Namespace(g.id), AccessLevel::Developer))?;
    members::insert(tx, &member(users[2], Place::Project(secret.id), AccessLevel::Reporter))?;
    Ok(users)
}

#[test]
fn who_looks_decides_what_is_listed() {
    for_both(async |db| {
        let [ana, ben, cem] = write(db, populate).await;
        let paths = async |viewer: Viewer, filter: ProjectFilter| {
            let filter = ProjectFilter { order: ProjectOrder::Path, ascending: true, ..filter };
            let found = read(db, move |tx| projects::list(tx, viewer, &filter, Page::first(20))).await;
            let paths: Vec<_> = found.items.into_iter().map(|project| project.full_path).collect();
            assert_eq!(paths.len() as i64, found.total);
            paths.join(" ")
        };
        let all = ProjectFilter::default;
        assert_eq!(paths(Viewer::Anonymous, all()).await, "g/open");
        assert_eq!(paths(Viewer::Admin, all()).await, "g/house g/open ana/secret");
        assert_eq!(paths(Viewer::User(ben), all()).await, "g/house g/open");
        assert_eq!(paths(Viewer::User(cem), all()).await, "g/house g/open ana/secret");
        assert_eq!(paths(Viewer::External(cem), all()).await, "g/open ana/secret");
        assert_eq!(paths(Viewer::Admin, ProjectFilter { member: Some(ben), ..all() }).await, "g/house g/open");
        assert_eq!(paths(Viewer::Admin, ProjectFilter { member: Some(cem), ..all() }).await, "ana/secret");
        assert_eq!(paths(Viewer::Admin, ProjectFilter { owned_by: Some(ana), ..all() }).await, "ana/secret");
        let least = |user, level| ProjectFilter { least: Some((user, level)), ..ProjectFilter::default() };
        assert_eq!(paths(Viewer::Admin, least(ben, AccessLevel::Developer)).await, "g/house g/open");
        assert_eq!(paths(Viewer::Admin, least(ben, AccessLevel::Maintainer)).await, "");
        assert_eq!(paths(Viewer::Admin, least(cem, AccessLevel::Reporter)).await, "ana/secret");
        assert_eq!(paths(Viewer::Admin, least(cem, AccessLevel::Developer)).await, "");
        assert_eq!(paths(Viewer::Admin, least(ana, AccessLevel::Owner)).await, "ana/secret");
    });
}

#[test]
fn filters_and_orders_of_the_list() {
    for_both(async |db| {
        write(db, populate).await;
        write(db, |tx| {
            let mut open = projects::by_path(tx, "g/open")?.expect("g/open");
            open.settings.topics = vec!["ci".to_owned()];
            open.archived = true;
            projects::update(tx, &open)?;
            projects::touch(tx, open.id, START.plus_seconds(60))
        })
        .await;
        let paths = async |filter: ProjectFilter, page: Page| {
            let found = read(db, move |tx| projects::list(tx, Viewer::Admin, &filter, page)).await;
            found.items.into_iter().map(|project| project.path).collect::<Vec<_>>().join(" ")
        };
        let (all, page) = (ProjectFilter::default, Page::first(20));
        for order in [ProjectOrder::Id, ProjectOrder::CreatedAt, ProjectOrder::UpdatedAt] {
            assert_eq!(paths(ProjectFilter { order, ..all() }, page).await, "open house secret", "{order:?}");
        }
        for order in [ProjectOrder::Name, ProjectOrder::Path] {
            assert_eq!(paths(ProjectFilter { order, ascending: true, ..all() }, page).await, "house open secret");
        }
        let busy = ProjectFilter { order: ProjectOrder::LastActivityAt, ..all() };
        assert_eq!(paths(busy, Page { limit: 1, offset: 0 }).await, "open");
        assert_eq!(paths(ProjectFilter { search: Some("OUS".to_owned()), ..all() }, page).await, "house");
        let address = |below| ProjectFilter {
            search: Some("g/o".to_owned()),
            search_namespaces: below,
            ..ProjectFilter::default()
        };
        assert_eq!(
            (paths(address(false), page).await, paths(address(true), page).await),
            (String::new(), "open".to_owned())
        );
        assert_eq!(paths(ProjectFilter { archived: Some(true), ..all() }, page).await, "open");
        assert_eq!(paths(ProjectFilter { archived: Some(false), ..all() }, page).await, "house secret");
        assert_eq!(paths(ProjectFilter { topics: vec!["CI".to_owned()], ..all() }, page).await, "open");
        assert_eq!(paths(ProjectFilter { topics: vec!["c".to_owned()], ..all() }, page).await, "");
        assert_eq!(paths(ProjectFilter { visibility: Some(Visibility::Internal), ..all() }, page).await, "house");
        assert_eq!(paths(ProjectFilter { id_after: Some(1), id_before: Some(3), ..all() }, page).await, "house");
        assert_eq!(paths(ProjectFilter { active_after: Some(START.plus_seconds(1)), ..all() }, page).await, "open");
        assert_eq!(paths(ProjectFilter { active_before: Some(START), ..all() }, page).await, "house secret");
        let group = read(db, |tx| namespaces::by_path(tx, "g")).await.unwrap().id;
        assert_eq!(paths(ProjectFilter { namespaces: Some(vec![group]), ..all() }, page).await, "open house");
        assert_eq!(paths(ProjectFilter { namespaces: Some(vec![]), ..all() }, page).await, "");
    });
}
