//! `/user`, `/users`.

use super::paging::part;
use super::route::ReadsUsers;
use crate::shape;
use axum::{Router, routing::get, routing::post};
use pipewright_engine::Engine;
use pipewright_engine::identity::users::{NewUser, UserChange};
use pipewright_engine::lists::{MembershipKind, UserFilter};
use pipewright_http_kit::{Answer, Call, Check, Page, Rest, SignedIn, reply};
use pipewright_model::{UserId, UserState};
use std::collections::BTreeMap;

/// Fields of a profile that are kept as they come.
const PROFILE: &[&str] = &[
    "bio",
    "location",
    "public_email",
    "skype",
    "linkedin",
    "twitter",
    "discord",
    "website_url",
    "organization",
    "job_title",
    "pronouns",
    "note",
];

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/user", get(own))
        .route("/users", get(list).post(create))
        .route("/users/{user_id}", get(show).put(update).delete(delete))
        .route("/users/{user_id}/block", post(block))
        .route("/users/{user_id}/unblock", post(unblock))
        .route("/users/{user_id}/deactivate", post(deactivate))
        .route("/users/{user_id}/activate", post(activate))
        .route("/users/{user_id}/events", get(events))
        .route("/users/{user_id}/memberships", get(memberships))
}

async fn own(call: Call<ReadsUsers>) -> Answer {
    let user = call.caller.require_user()?;
    let most = call.engine.settings().await?.projects_limit;
    reply::ok(&shape::user::own(user, &call.engine.external_url, call.caller.is_admin(), most))
}

async fn list(call: Call<ReadsUsers>) -> Answer {
    let mut check = call.check();
    let active = check.boolean("active").unwrap_or(false);
    let blocked = check.boolean("blocked").unwrap_or(false);
    let filter = UserFilter {
        username: check.text("username").filter(|name| !name.is_empty()),
        search: check.text("search").filter(|text| !text.is_empty()),
        search_addresses: false,
        state: if active { Some(UserState::Active) } else { blocked.then_some(UserState::Blocked) },
        admins: check.boolean("admins").unwrap_or(false),
        external: check.boolean("external"),
        ascending: check.text("sort").is_some_and(|sort| sort == "asc"),
        ..UserFilter::default()
    };
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.list_users(&call.caller, filter, part(&page)).await?;
    let base = &call.engine.external_url;
    let rest = Rest::Counted(found.total);
    if call.caller.is_admin() {
        let most = call.engine.settings().await?.projects_limit;
        let shapes: Vec<_> = found.items.iter().map(|user| shape::user::own(user, base, true, most)).collect();
        return reply::page(&call, &page, rest, &shapes);
    }
    let shapes: Vec<_> = found.items.iter().map(|user| shape::user::basic(user, base)).collect();
    reply::page(&call, &page, rest, &shapes)
}

async fn show(call: Call<ReadsUsers>) -> Answer {
    let user = call.engine.user(&call.caller, id(&call)?).await?;
    let base = &call.engine.external_url;
    if call.caller.is_admin() {
        let most = call.engine.settings().await?.projects_limit;
        return reply::ok(&shape::user::own(&user, base, true, most));
    }
    reply::ok(&shape::user::full(&user, base))
}

async fn create(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let new = NewUser {
        email: check.required_text("email"),
        name: check.required_text("name"),
        username: check.required_text("username"),
        admin: check.boolean("admin").unwrap_or(false),
        external: check.boolean("external"),
        profile: profile(&mut check),
    };
    check.done()?;
    let user = call.engine.create_user(&call.caller, new).await?;
    let most = call.engine.settings().await?.projects_limit;
    reply::created(&shape::user::own(&user, &call.engine.external_url, true, most))
}

async fn update(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let user = UserId(check.id("user_id"));
    let change = UserChange {
        username: check.text("username"),
        name: check.text("name"),
        email: check.text("email"),
        admin: check.boolean("admin"),
        external: check.boolean("external"),
        state: None,
        profile: profile(&mut check),
    };
    check.done()?;
    let user = call.engine.update_user(&call.caller, user, change).await?;
    let most = call.engine.settings().await?.projects_limit;
    reply::ok(&shape::user::own(&user, &call.engine.external_url, true, most))
}

async fn delete(call: Call<SignedIn>) -> Answer {
    call.engine.delete_user(&call.caller, id(&call)?).await?;
    reply::no_content()
}

/// Blocking somebody who is blocked answers nothing at all, as GitLab does: `null`.
async fn block(call: Call<SignedIn>) -> Answer {
    if call.caller.is_admin() && call.engine.user(&call.caller, id(&call)?).await?.state == UserState::Blocked {
        return reply::created(&());
    }
    set_state(&call, UserState::Blocked).await
}

/// Letting somebody in who is not blocked answers `false`.
async fn unblock(call: Call<SignedIn>) -> Answer {
    if call.caller.is_admin() && call.engine.user(&call.caller, id(&call)?).await?.state == UserState::Active {
        return reply::created(&false);
    }
    set_state(&call, UserState::Active).await
}

async fn activate(call: Call<SignedIn>) -> Answer {
    set_state(&call, UserState::Active).await
}

/// What people did is not kept.
async fn events(call: Call<ReadsUsers>) -> Answer {
    let mut check = call.check();
    let user = UserId(check.id("user_id"));
    let page = Page::read(&mut check);
    check.done()?;
    call.engine.user(&call.caller, user).await?;
    reply::page::<_, serde_json::Value>(&call, &page, Rest::Counted(0), &[])
}

async fn memberships(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let user = UserId(check.id("user_id"));
    let kind = match check.text("type").as_deref() {
        None | Some("") => None,
        Some("Project") => Some(MembershipKind::Project),
        Some("Namespace") => Some(MembershipKind::Group),
        Some(_) => check.not_allowed("type"),
    };
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.memberships(&call.caller, user, kind, part(&page)).await?;
    let shapes: Vec<_> = found.items.iter().map(|(member, name)| shape::group::membership(member, name)).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

async fn deactivate(call: Call<SignedIn>) -> Answer {
    set_state(&call, UserState::Deactivated).await
}

async fn set_state(call: &Call<SignedIn>, state: UserState) -> Answer {
    let change = UserChange { state: Some(state), ..UserChange::default() };
    call.engine.update_user(&call.caller, id(call)?, change).await?;
    reply::created(&true)
}

fn id<R>(call: &Call<R>) -> Result<UserId, pipewright_http_kit::ApiError> {
    let mut check = call.check();
    let id = UserId(check.id("user_id"));
    check.done()?;
    Ok(id)
}

fn profile(check: &mut Check<'_>) -> BTreeMap<String, String> {
    let text = |name: &&str| Some(((*name).to_owned(), check.text(name)?.chars().take(500).collect()));
    PROFILE.iter().filter_map(text).collect()
}
