//! `/personal_access_tokens`, `/users/:id/personal_access_tokens`.

use super::paging::part;
use super::route::AnyToken;
use crate::shape;
use axum::{Router, routing::get, routing::post};
use pipewright_engine::identity::tokens::{NewToken, TokenRef};
use pipewright_engine::{Engine, lists::TokenFilter};
use pipewright_http_kit::{Answer, ApiError, Call, Check, Page, Rest, SignedIn, reply};
use pipewright_model::{AccessTokenId, Scope, UserId};

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/personal_access_tokens", get(list))
        .route("/personal_access_tokens/self", get(show_own).delete(revoke_own))
        .route("/personal_access_tokens/self/rotate", post(rotate_own))
        .route("/personal_access_tokens/{token_id}", get(show).delete(revoke))
        .route("/personal_access_tokens/{token_id}/rotate", post(rotate))
        .route("/users/{user_id}/personal_access_tokens", post(create))
        .route("/user/personal_access_tokens", post(create_own))
}

async fn list(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let filter = TokenFilter {
        user_id: check.integer("user_id").map(UserId),
        revoked: check.boolean("revoked"),
        active: check.text("state").and_then(|state| match state.as_str() {
            "active" => Some(true),
            "inactive" => Some(false),
            _ => None,
        }),
        search: check.text("search").filter(|text| !text.is_empty()),
    };
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.list_tokens(&call.caller, filter, part(&page)).await?;
    let now = call.engine.clock.now();
    let shapes: Vec<_> = found.items.iter().map(|token| shape::token::token(token, None, now)).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

fn new_token(check: &mut Check<'_>) -> NewToken {
    let name = check.required_text("name");
    let words = check.texts("scopes").unwrap_or_default();
    let known: Result<Vec<Scope>, _> = words.iter().map(|word| word.parse()).collect();
    let scopes = known.unwrap_or_else(|_| check.not_allowed("scopes"));
    NewToken { name, description: check.text("description"), scopes, expires_at: check.time("expires_at") }
}

async fn create(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let user = UserId(check.id("user_id"));
    let new = new_token(&mut check);
    check.done()?;
    // A user makes his own at an address of its own: this one is for administrators.
    if !call.caller.is_admin() {
        return Err(pipewright_engine::Error::forbidden().into());
    }
    let (token, secret) = call.engine.create_token(&call.caller, user, new).await?;
    reply::created(&shape::token::token(&token, Some(secret), call.engine.clock.now()))
}

async fn create_own(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let new = new_token(&mut check);
    check.done()?;
    let user = call.caller.require_user()?.id;
    let (token, secret) = call.engine.create_token(&call.caller, user, new).await?;
    reply::created(&shape::token::token(&token, Some(secret), call.engine.clock.now()))
}

fn by_id<R>(call: &Call<R>) -> Result<TokenRef, ApiError> {
    let mut check = call.check();
    let id = check.id("token_id");
    check.done()?;
    Ok(TokenRef::Id(AccessTokenId(id)))
}

async fn show(call: Call<SignedIn>) -> Answer {
    show_one(&call, by_id(&call)?).await
}

async fn show_own(call: Call<AnyToken>) -> Answer {
    show_one(&call, TokenRef::Own).await
}

async fn show_one<R>(call: &Call<R>, token: TokenRef) -> Answer {
    let token = call.engine.token(&call.caller, token).await?;
    reply::ok(&shape::token::token(&token, None, call.engine.clock.now()))
}

async fn revoke(call: Call<SignedIn>) -> Answer {
    call.engine.revoke_token(&call.caller, by_id(&call)?).await?;
    reply::no_content()
}

async fn revoke_own(call: Call<AnyToken>) -> Answer {
    call.engine.revoke_token(&call.caller, TokenRef::Own).await?;
    reply::no_content()
}

async fn rotate(call: Call<SignedIn>) -> Answer {
    rotate_one(&call, by_id(&call)?).await
}

async fn rotate_own(call: Call<AnyToken>) -> Answer {
    rotate_one(&call, TokenRef::Own).await
}

async fn rotate_one<R>(call: &Call<R>, token: TokenRef) -> Answer {
    let mut check = call.check();
    let expires_at = check.time("expires_at");
    check.done()?;
    let (token, secret) = call.engine.rotate_token(&call.caller, token, expires_at).await?;
    reply::ok(&shape::token::token(&token, Some(secret), call.engine.clock.now()))
}
