use super::*;
use crate::Page;
use crate::tokens::{self, NewToken, TokenFilter};
use pipewright_model::{AccessTokenId, Scope, TokenDigest, UserId};

fn new(user_id: UserId, digest: &str) -> NewToken {
    NewToken {
        user_id,
        name: format!("token {digest}"),
        description: None,
        scopes: vec![Scope::Api, Scope::Sudo],
        digest: TokenDigest(digest.to_owned()),
        created_at: START,
        expires_at: None,
    }
}

#[test]
fn a_token_is_found_by_its_digest_with_its_user() {
    for_both(async |db| {
        let (ana, made) = write(db, |tx| {
            let ana = user(tx, "ana")?;
            let made = tokens::insert(tx, &new(ana.id, "d1"))?;
            Ok((ana, made))
        })
        .await;
        assert_eq!(made.scopes, [Scope::Api, Scope::Sudo]);
        let found = read(db, |tx| tokens::by_digest(tx, &TokenDigest("d1".to_owned()))).await;
        assert_eq!(found, Some((made.clone(), ana)));
        assert_eq!(read(db, |tx| tokens::by_digest(tx, &TokenDigest("d2".to_owned()))).await, None);
        assert_eq!(read(db, move |tx| tokens::by_id(tx, made.id)).await, Some(made));
        assert_eq!(read(db, |tx| tokens::by_id(tx, AccessTokenId(9))).await, None);
    });
}

#[test]
fn a_token_is_withdrawn_once_and_its_use_moves_forward_only() {
    for_both(async |db| {
        let id = write(db, |tx| Ok(tokens::insert(tx, &new(user(tx, "ana")?.id, "d1"))?.id)).await;
        assert!(write(db, move |tx| tokens::revoke(tx, id)).await);
        assert!(!write(db, move |tx| tokens::revoke(tx, id)).await);
        let late = START.plus_seconds(9);
        write(db, move |tx| tokens::touch(tx, id, late)).await;
        write(db, move |tx| tokens::touch(tx, id, START)).await;
        let found = read(db, move |tx| tokens::by_id(tx, id)).await.unwrap();
        assert!(found.revoked);
        assert_eq!(found.last_used_at, Some(late));
    });
}

#[test]
fn lists_know_what_is_still_good() {
    for_both(async |db| {
        let ana = write(db, |tx| {
            let ana = user(tx, "ana")?;
            let ben = user(tx, "ben")?;
            tokens::insert(tx, &new(ana.id, "good"))?;
            let old = tokens::insert(tx, &new(ana.id, "revoked"))?;
            tokens::revoke(tx, old.id)?;
            tokens::insert(tx, &NewToken { expires_at: Some(START), ..new(ana.id, "expired") })?;
            tokens::insert(tx, &new(ben.id, "other"))?;
            Ok(ana.id)
        })
        .await;
        let names = async |filter: TokenFilter| {
            let found = read(db, move |tx| tokens::list(tx, &filter, START, Page::first(10))).await;
            (found.items.iter().map(|token| token.name[6..].to_owned()).collect::<Vec<_>>().join(" "), found.total)
        };
        assert_eq!(names(TokenFilter::default()).await.1, 4);
        let own = TokenFilter { user_id: Some(ana), ..TokenFilter::default() };
        assert_eq!(names(own.clone()).await, ("good revoked expired".to_owned(), 3));
        assert_eq!(names(TokenFilter { active: Some(true), ..own.clone() }).await.0, "good");
        assert_eq!(names(TokenFilter { active: Some(false), ..own.clone() }).await.0, "revoked expired");
        assert_eq!(names(TokenFilter { revoked: Some(true), ..own.clone() }).await.0, "revoked");
        assert_eq!(names(TokenFilter { search: Some("XPI".to_owned()), ..own }).await.0, "expired");
    });
}

#[test]
fn an_unknown_job_token_stands_for_nobody() {
    for_both(async |db| {
        assert_eq!(read(db, |tx| tokens::executing_job(tx, &TokenDigest("x".to_owned()))).await, None);
    });
}
