//! Personal access tokens.

use super::users::require_admin;
use crate::secrets::digest;
use crate::{Caller, Engine, Error, Result, UserCaller, names};
use pipewright_model::{AccessToken, AccessTokenId, Scope, Timestamp, TokenKind, UserId};
use pipewright_store::tokens::TokenFilter;
use pipewright_store::{Listed, Page, Tx, tokens, users};

/// Days a rotated token lives unless told otherwise.
const ROTATED_DAYS: i64 = 7;

/// A token to be made.
#[derive(Clone, Debug, Default)]
pub struct NewToken {
    /// Name for people.
    pub name: String,
    /// Purpose for people.
    pub description: Option<String>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Until when; `None` for good.
    pub expires_at: Option<Timestamp>,
}

/// Which of the caller's tokens is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRef {
    /// The one of that id.
    Id(AccessTokenId),
    /// The one the call is made with.
    Own,
}

/// Every scope there is.
pub(crate) fn every_scope() -> Vec<Scope> {
    Scope::ALL.to_vec()
}

fn insert(tx: &Tx<'_>, user: UserId, new: &NewToken, secret: &str, now: Timestamp) -> Result<AccessToken> {
    let row = tokens::NewToken {
        user_id: user,
        name: new.name.clone(),
        description: new.description.clone(),
        scopes: new.scopes.clone(),
        digest: digest(secret),
        created_at: now,
        expires_at: new.expires_at,
    };
    Ok(tokens::insert(tx, &row)?)
}

impl Engine {
    /// Makes a token for a user, for administrators or the user himself; the token and its secret, which
    /// is never shown again.
    pub async fn create_token(&self, caller: &Caller, user: UserId, new: NewToken) -> Result<(AccessToken, String)> {
        let own = matches!(caller, Caller::User(UserCaller { user: own, .. }) if own.id == user);
        if !own {
            require_admin(caller)?;
        }
        names::check_title(&new.name)?;
        names::check_text("description", new.description.as_deref().unwrap_or_default(), 255)?;
        let now = self.clock.now();
        if new.scopes.is_empty() {
            return Err(Error::invalid("scopes", "can't be blank"));
        }
        if new.expires_at.is_some_and(|end| end <= now) {
            return Err(Error::invalid("expires_at", "must be a future date"));
        }
        let secret = TokenKind::Access.generate();
        let told = secret.clone();
        let token = self
            .db
            .write(move |tx| {
                users::by_id(tx, user)?.ok_or_else(|| Error::missing("User"))?;
                insert(tx, user, &new, &secret, now)
            })
            .await?;
        Ok((token, told))
    }

    /// Tokens that pass the filter: the caller's own, or anybody's for administrators.
    pub async fn list_tokens(&self, caller: &Caller, filter: TokenFilter, page: Page) -> Result<Listed<AccessToken>> {
        let user = caller.require_user()?.id;
        let mut filter = filter;
        if !caller.is_admin() {
            if filter.user_id.is_some_and(|wanted| wanted != user) {
                return Err(Error::Unauthorized);
            }
            filter.user_id = Some(user);
        }
        let now = self.clock.now();
        self.db.read(move |tx| tokens::list(tx, &filter, now, page)).await.map_err(Error::from)
    }

    /// One token: the caller's own, or anybody's for administrators.
    pub async fn token(&self, caller: &Caller, token: TokenRef) -> Result<AccessToken> {
        let id = token_id(caller, token)?;
        let caller = caller.clone();
        self.db.read(move |tx| find(tx, &caller, id)).await
    }

    /// Withdraws a token; from then on it is refused everywhere.
    pub async fn revoke_token(&self, caller: &Caller, token: TokenRef) -> Result<()> {
        let id = token_id(caller, token)?;
        let caller = caller.clone();
        self.db
            .write(move |tx| {
                find(tx, &caller, id)?;
                if tokens::revoke(tx, id)? { Ok(()) } else { Err(Error::BadRequest("400 Bad request".to_owned())) }
            })
            .await?;
        self.forget_tokens();
        Ok(())
    }

    /// Withdraws a token and makes its successor with the same name and scopes, for a week unless told
    /// otherwise.
    pub async fn rotate_token(
        &self,
        caller: &Caller,
        token: TokenRef,
        expires_at: Option<Timestamp>,
    ) -> Result<(AccessToken, String)> {
        let id = token_id(caller, token)?;
        let caller = caller.clone();
        let now = self.clock.now();
        let secret = TokenKind::Access.generate();
        let told = secret.clone();
        let expires_at = expires_at.unwrap_or_else(|| now.plus_seconds(ROTATED_DAYS * 86_400));
        if expires_at <= now {
            return Err(Error::invalid("expires_at", "must be a future date"));
        }
        let token = self
            .db
            .write(move |tx| {
                let old = find(tx, &caller, id)?;
                if !tokens::revoke(tx, id)? {
                    return Err(Error::BadRequest("400 Bad request - token already revoked".to_owned()));
                }
                let new = NewToken {
                    name: old.name,
                    description: old.description,
                    scopes: old.scopes,
                    expires_at: Some(expires_at),
                };
                insert(tx, old.user_id, &new, &secret, now)
            })
            .await?;
        self.forget_tokens();
        Ok((token, told))
    }
}

fn token_id(caller: &Caller, token: TokenRef) -> Result<AccessTokenId> {
    caller.require_user()?;
    match (token, caller) {
        (TokenRef::Id(id), _) => Ok(id),
        (TokenRef::Own, Caller::User(UserCaller { token: Some((id, _)), .. })) => Ok(*id),
        (TokenRef::Own, _) => Err(Error::BadRequest("400 Bad request".to_owned())),
    }
}

/// The token, if it is the caller's or he administers the server. Others learn nothing of its existence.
fn find(tx: &Tx<'_>, caller: &Caller, id: AccessTokenId) -> Result<AccessToken> {
    let user = caller.require_user()?.id;
    let found = tokens::by_id(tx, id)?;
    match found {
        Some(token) if caller.is_admin() || token.user_id == user => Ok(token),
        None if caller.is_admin() => Err(Error::record()),
        _ => Err(Error::Unauthorized),
    }
}
