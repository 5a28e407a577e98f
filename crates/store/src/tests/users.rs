use super::*;
use crate::users::{self, UserFilter};
use crate::{Error, Page, TxError};
use pipewright_model::{UserId, UserState};

#[test]
fn an_account_is_found_by_each_of_its_names() {
    for_both(async |db| {
        let made = write(db, |tx| user(tx, "Ana")).await;
        let found = read(db, |tx| {
            let by_email = users::by_email(tx, "ANA@example.com")?;
            Ok((users::by_id(tx, UserId(1))?, users::by_username(tx, "aNA")?, by_email))
        });
        let (by_id, by_name, by_email) = found.await;
        assert_eq!(by_id.as_ref(), Some(&made));
        assert_eq!((by_name, by_email), (Some(made.clone()), Some(made)));
        let none = read(db, |tx| Ok((users::by_id(tx, UserId(9))?, users::by_ids(tx, &[])?)));
        assert_eq!(none.await, (None, vec![]));
    });
}

#[test]
fn names_and_addresses_are_taken_whatever_their_letter_case() {
    for_both(async |db| {
        write(db, |tx| user(tx, "ana")).await;
        let again = db.write(|tx| user(tx, "ANA")).await;
        assert!(matches!(again.as_ref().unwrap_err().store(), Some(Error::Duplicate(_))), "{again:?}");
    });
}

#[test]
fn everything_about_an_account_may_change() {
    for_both(async |db| {
        let mut wanted = write(db, |tx| user(tx, "ana")).await;
        wanted.username = "anna".to_owned();
        wanted.name = "Anna".to_owned();
        wanted.email = "anna@example.org".to_owned();
        wanted.state = UserState::Blocked;
        wanted.admin = true;
        wanted.external = true;
        wanted.profile = r#"{"bio":"x"}"#.to_owned();
        let row = wanted.clone();
        write(db, move |tx| users::update(tx, &row)).await;
        assert_eq!(read(db, |tx| users::by_username(tx, "anna")).await, Some(wanted.clone()));
        wanted.id = UserId(99);
        let gone = db.write(move |tx| users::update(tx, &wanted)).await;
        assert!(matches!(gone, Err(Error::Conflict("user"))));
    });
}

#[test]
fn lists_are_filtered_ordered_and_counted() {
    for_both(async |db| {
        write(db, |tx| {
            for name in ["ana", "ben", "cem_x"] {
                user(tx, name)?;
            }
            let mut ben = users::by_username(tx, "ben")?.expect("ben");
            ben.state = UserState::Blocked;
            ben.external = true;
            users::update(tx, &ben)
        })
        .await;
        let names = async |filter: UserFilter, page: Page| {
            let found = read(db, move |tx| users::list(tx, &filter, page)).await;
            (found.items.into_iter().map(|user| user.username).collect::<Vec<_>>().join(" "), found.total)
        };
        let all = Page::first(10);
        assert_eq!(names(UserFilter::default(), all).await, ("cem_x ben ana".to_owned(), 3));
        let up = UserFilter { ascending: true, ..UserFilter::default() };
        assert_eq!(names(up, Page { limit: 1, offset: 1 }).await, ("ben".to_owned(), 3));
        let search =
            |text: &str| UserFilter { search: Some(text.to_owned()), search_addresses: true, ..UserFilter::default() };
        assert_eq!(names(search("EN@exam"), all).await.0, "ben");
        assert_eq!(names(UserFilter { search_addresses: false, ..search("EN@exam") }, all).await.1, 0);
        assert_eq!(names(search("_x"), all).await.0, "cem_x", "an underscore means itself");
        assert_eq!(names(search("%"), all).await.1, 0);
        let blocked = UserFilter { state: Some(UserState::Blocked), external: Some(true), ..UserFilter::default() };
        assert_eq!(names(blocked, all).await.0, "ben");
        assert_eq!(names(UserFilter { admins: true, ..UserFilter::default() }, all).await.1, 0);
        let exact = UserFilter { username: Some("BEN".to_owned()), ..UserFilter::default() };
        assert_eq!(names(exact, all).await.0, "ben");
    });
}

#[test]
fn an_account_goes_with_its_namespace() {
    for_both(async |db| {
        let ana = write(db, |tx| user(tx, "ana")).await;
        assert!(write(db, move |tx| users::delete(tx, ana.id)).await);
        assert!(!write(db, move |tx| users::delete(tx, ana.id)).await);
        assert_eq!(read(db, |tx| crate::namespaces::by_path(tx, "ana")).await, None);
    });
}
