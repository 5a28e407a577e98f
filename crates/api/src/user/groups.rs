//! `/groups`.

use super::paging::part;
use crate::shape;
use axum::{Router, routing::get, routing::post};
use pipewright_engine::Engine;
use pipewright_engine::access::NamespaceRef;
use pipewright_engine::identity::groups::{GroupChange, NewGroup};
use pipewright_engine::lists::{Listed, NamespaceFilter};
use pipewright_http_kit::{Answer, Call, Check, Open, Page, Rest, SignedIn, reply};
use pipewright_model::{AccessLevel, Namespace, NamespaceId};

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/groups", get(list).post(create))
        .route("/groups/{id}", get(show).put(update).delete(delete))
        .route("/groups/{id}/transfer", post(transfer))
        .route("/groups/{id}/subgroups", get(subgroups))
        .route("/groups/{id}/descendant_groups", get(subgroups))
}

/// The group or namespace the path parameter `id` addresses: digits are an id, the rest a path.
pub(super) fn reference<R>(call: &Call<R>) -> NamespaceRef {
    named(call.params.text("id").unwrap_or_default())
}

/// A group or namespace as a parameter names it.
pub(super) fn named(id: &str) -> NamespaceRef {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return NamespaceRef::Id(NamespaceId(id.parse().unwrap_or(i64::MAX)));
    }
    NamespaceRef::Path(id.replace('\0', "\u{fffd}"))
}

async fn shapes(
    engine: &Engine,
    groups: &[Namespace],
) -> pipewright_engine::Result<Vec<pipewright_wire::projects::Group>> {
    let chains = engine.namespace_chains(groups.iter().map(|group| group.id).collect()).await?;
    let chain = |id| chains.iter().find(|chain| chain.last().is_some_and(|last| last.id == id));
    let shape = |group: &Namespace| {
        let chain = chain(group.id).map(Vec::as_slice).unwrap_or_default();
        shape::group::group(group, chain, &engine.external_url)
    };
    Ok(groups.iter().map(shape).collect())
}

async fn one(engine: &Engine, group: Namespace) -> pipewright_engine::Result<Option<pipewright_wire::projects::Group>> {
    Ok(shapes(engine, &[group]).await?.pop())
}

async fn answer<R>(call: &Call<R>, page: &Page, found: Listed<Namespace>) -> Answer {
    reply::page(call, page, Rest::Counted(found.total), &shapes(&call.engine, &found.items).await?)
}

async fn list(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let user = call.caller.user().map(|user| user.id);
    let level = check.integer("min_access_level");
    let owned = check.boolean("owned").unwrap_or(false).then_some(AccessLevel::Owner.number());
    let filter = NamespaceFilter {
        top_level: check.boolean("top_level_only").unwrap_or(false),
        search: check.text("search").filter(|text| !text.is_empty()),
        least: user.zip(owned.or(level)),
        // Administrators see all groups; `all_available=false` asks for their own.
        member: user.filter(|_| check.boolean("all_available") == Some(false)),
        ..NamespaceFilter::default()
    };
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.list_groups(&call.caller, filter, part(&page)).await?;
    answer(&call, &page, found).await
}

async fn subgroups(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let search = check.text("search").filter(|text| !text.is_empty());
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.list_subgroups(&call.caller, &reference(&call), search, part(&page)).await?;
    answer(&call, &page, found).await
}

async fn show(call: Call<Open>) -> Answer {
    let group = call.engine.group(&call.caller, &reference(&call)).await?;
    reply::ok(&one(&call.engine, group).await?)
}

fn new_group(check: &mut Check<'_>) -> NewGroup {
    NewGroup {
        name: check.required_text("name"),
        path: check.required_text("path"),
        description: check.text("description").unwrap_or_default(),
        visibility: check.word("visibility"),
        parent_id: check.integer("parent_id").map(NamespaceId),
    }
}

async fn create(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let new = new_group(&mut check);
    check.done()?;
    let group = call.engine.create_group(&call.caller, new).await?;
    reply::created(&one(&call.engine, group).await?)
}

async fn update(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let change = GroupChange {
        name: check.text("name"),
        path: check.text("path").filter(|text| !text.is_empty()),
        description: check.text("description"),
        visibility: check.word("visibility"),
    };
    check.done()?;
    let group = call.engine.update_group(&call.caller, &reference(&call), change).await?;
    reply::ok(&one(&call.engine, group).await?)
}

async fn delete(call: Call<SignedIn>) -> Answer {
    call.engine.delete_group(&call.caller, &reference(&call)).await?;
    reply::accepted()
}

async fn transfer(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let to = check.integer("group_id").map(NamespaceId);
    check.done()?;
    let group = call.engine.transfer_group(&call.caller, &reference(&call), to).await?;
    reply::created(&one(&call.engine, group).await?)
}
