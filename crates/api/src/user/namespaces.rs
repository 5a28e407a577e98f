//! `/namespaces`.

use super::groups::reference;
use super::paging::part;
use crate::shape;
use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_engine::access::NamespaceRef;
use pipewright_http_kit::{Answer, Call, Page, Rest, SignedIn, reply};
use pipewright_model::NamespaceId;
use pipewright_wire::instance::NameTaken;

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/namespaces", get(list))
        .route("/namespaces/{id}", get(show))
        .route("/namespaces/{id}/exists", get(exists))
}

async fn list(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let search = check.text("search").filter(|text| !text.is_empty());
    let owned = check.boolean("owned_only").unwrap_or(false);
    let top = check.boolean("top_level_only").unwrap_or(false);
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.list_namespaces(&call.caller, search, owned, top, part(&page)).await?;
    let base = &call.engine.external_url;
    let shapes: Vec<_> = found.items.iter().map(|namespace| shape::group::namespace(namespace, base)).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

async fn show(call: Call<SignedIn>) -> Answer {
    let namespace = call.engine.namespace(&call.caller, &reference(&call)).await?;
    reply::ok(&shape::group::namespace(&namespace, &call.engine.external_url))
}

async fn exists(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let path = check.required_text("id");
    let parent = check.integer("parent_id").map(|id| NamespaceRef::Id(NamespaceId(id)));
    check.done()?;
    let (exists, suggests) = call.engine.namespace_exists(&call.caller, path, parent).await?;
    reply::ok(&NameTaken { exists, suggests })
}
