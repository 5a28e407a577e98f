//! Groups in short: `/projects/:id/groups`, `/projects/:id/transfer_locations`, `/groups/:id/transfer_locations`.

use super::groups;
use super::paging::part;
use crate::shape;
use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_engine::lists::Listed;
use pipewright_http_kit::{Answer, Call, Check, Open, Page, Rest, reply};
use pipewright_model::{Namespace, NamespaceId};

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/groups", get(of_project))
        .route("/projects/{id}/transfer_locations", get(for_project))
        .route("/groups/{id}/transfer_locations", get(for_group))
}

async fn answer(call: &Call<Open>, page: &Page, found: Listed<Namespace>) -> Answer {
    let chains = call.engine.namespace_chains(found.items.iter().map(|group| group.id).collect()).await?;
    let chain = |id| chains.iter().find(|chain| chain.last().is_some_and(|last| last.id == id));
    let shape = |group: &Namespace| {
        let chain = chain(group.id).map(Vec::as_slice).unwrap_or_default();
        shape::group::in_short(group, chain, &call.engine.external_url)
    };
    let shapes: Vec<_> = found.items.iter().map(shape).collect();
    reply::page(call, page, Rest::Counted(found.total), &shapes)
}

fn search(check: &mut Check<'_>) -> Option<String> {
    check.text("search").filter(|text| !text.is_empty())
}

/// Numbers: a list, or one text with commas; more than a thousand are one too many to be heeded.
pub(super) fn numbers(check: &mut Check<'_>, name: &str) -> Vec<i64> {
    let texts = check.texts(name).unwrap_or_default();
    let numbers: Option<Vec<i64>> = texts.iter().take(1000).map(|text| text.trim().parse().ok()).collect();
    numbers.unwrap_or_else(|| check.invalid(name))
}

async fn of_project(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let search = search(&mut check);
    let except = numbers(&mut check, "skip_groups").into_iter().map(NamespaceId).collect();
    // Groups are not shared with projects, so that these change nothing.
    check.boolean("with_shared");
    check.boolean("shared_visible_only");
    check.integer("shared_min_access_level");
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.project_groups(&call.caller, &call.project(), search, except, part(&page)).await?;
    answer(&call, &page, found).await
}

async fn for_project(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let search = search(&mut check);
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.project_transfer_locations(&call.caller, &call.project(), search, part(&page)).await?;
    answer(&call, &page, found).await
}

async fn for_group(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let search = search(&mut check);
    let page = Page::read(&mut check);
    check.done()?;
    let group = groups::reference(&call);
    let found = call.engine.group_transfer_locations(&call.caller, &group, search, part(&page)).await?;
    answer(&call, &page, found).await
}
