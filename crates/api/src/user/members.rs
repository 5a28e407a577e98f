//! `/projects/:id/members`, `/groups/:id/members`, `/projects/:id/users`.

use super::groups;
use super::paging::part;
use super::places::numbers;
use crate::shape;
use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_engine::identity::members::{PlaceRef, UserRef};
use pipewright_http_kit::{Answer, Call, Check, Open, Page, Rest, SignedIn, reply};
use pipewright_model::{AccessLevel, Member, User, UserId};

/// Declares the routes of one kind of place; the handlers are the same but for where they look.
macro_rules! routes {
    ($router:ident, $prefix:literal, $place:expr) => {
        fn $router() -> Router<Engine> {
            let place: fn(&Call<SignedIn>) -> PlaceRef = $place;
            Router::new()
                .route(
                    concat!("/", $prefix, "/{id}/members"),
                    get(move |call: Call<SignedIn>| async move { list(&call, &place(&call), false).await })
                        .post(move |call: Call<SignedIn>| async move { add(&call, &place(&call)).await }),
                )
                .route(
                    concat!("/", $prefix, "/{id}/members/all"),
                    get(move |call: Call<SignedIn>| async move { list(&call, &place(&call), true).await }),
                )
                .route(
                    concat!("/", $prefix, "/{id}/members/all/{user_id}"),
                    get(move |call: Call<SignedIn>| async move { show(&call, &place(&call), true).await }),
                )
                .route(
                    concat!("/", $prefix, "/{id}/members/{user_id}"),
                    get(move |call: Call<SignedIn>| async move { show(&call, &place(&call), false).await })
                        .put(move |call: Call<SignedIn>| async move { update(&call, &place(&call)).await })
                        .delete(move |call: Call<SignedIn>| async move { remove(&call, &place(&call)).await }),
                )
        }
    };
}
routes!(of_projects, "projects", |call| PlaceRef::Project(call.project()));
routes!(of_groups, "groups", |call| PlaceRef::Group(groups::reference(call)));

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    of_projects().merge(of_groups()).route("/projects/{id}/users", get(people))
}

async fn people(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let search = check.text("search").filter(|text| !text.is_empty());
    let except = numbers(&mut check, "skip_users").into_iter().map(UserId).collect();
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.project_users(&call.caller, &call.project(), search, except, part(&page)).await?;
    let base = &call.engine.external_url;
    let shapes: Vec<_> = found.items.iter().map(|user| shape::user::basic(user, base)).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

async fn shapes(
    engine: &Engine,
    members: &[(Member, User)],
) -> pipewright_engine::Result<Vec<pipewright_wire::projects::Member>> {
    let by = members.iter().filter_map(|(member, _)| member.created_by).collect();
    let by = engine.users_by_id(by).await?;
    let shape = |(member, user): &(Member, User)| {
        let by = by.iter().find(|by| Some(by.id) == member.created_by);
        shape::group::member(member, user, by, &engine.external_url)
    };
    Ok(members.iter().map(shape).collect())
}

async fn list(call: &Call<SignedIn>, place: &PlaceRef, inherited: bool) -> Answer {
    let mut check = call.check();
    let search = check.text("query").filter(|text| !text.is_empty());
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.list_members(&call.caller, place, inherited, search, part(&page)).await?;
    reply::page(call, &page, Rest::Counted(found.total), &shapes(&call.engine, &found.items).await?)
}

async fn show(call: &Call<SignedIn>, place: &PlaceRef, inherited: bool) -> Answer {
    let mut check = call.check();
    let user = UserId(check.id("user_id"));
    check.done()?;
    let found = call.engine.member(&call.caller, place, inherited, user).await?;
    reply::ok(&shapes(&call.engine, &[found]).await?.pop())
}

fn level(check: &mut Check<'_>) -> AccessLevel {
    let number = check.id("access_level");
    AccessLevel::from_number(number).unwrap_or_else(|| {
        check.not_allowed::<()>("access_level");
        AccessLevel::None
    })
}

async fn add(call: &Call<SignedIn>, place: &PlaceRef) -> Answer {
    let mut check = call.check();
    let level = level(&mut check);
    let expires_at = check.time("expires_at");
    let user = match (check.integer("user_id"), check.text("username")) {
        (Some(id), _) => Some(UserRef::Id(UserId(id))),
        (None, Some(name)) => Some(UserRef::Name(name)),
        (None, None) => None,
    };
    if user.is_none() {
        check.fault("user_id, username are missing, exactly one parameter must be provided");
    }
    check.done()?;
    let user = user.unwrap_or(UserRef::Id(UserId(0)));
    let found = call.engine.add_member(&call.caller, place, user, level, expires_at).await?;
    reply::created(&shapes(&call.engine, &[found]).await?.pop())
}

async fn update(call: &Call<SignedIn>, place: &PlaceRef) -> Answer {
    let mut check = call.check();
    let user = UserId(check.id("user_id"));
    let level = level(&mut check);
    let expires_at = check.time("expires_at");
    check.done()?;
    let found = call.engine.update_member(&call.caller, place, user, level, expires_at).await?;
    reply::ok(&shapes(&call.engine, &[found]).await?.pop())
}

async fn remove(call: &Call<SignedIn>, place: &PlaceRef) -> Answer {
    let mut check = call.check();
    let user = UserId(check.id("user_id"));
    check.done()?;
    call.engine.remove_member(&call.caller, place, user).await?;
    reply::no_content()
}
