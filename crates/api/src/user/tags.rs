//! `/projects/:id/repository/tags`.

use super::paging::part;
use crate::shape;
use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_engine::repository::branches::NameFilter;
use pipewright_http_kit::{Answer, ApiError, Call, Open, Page, Rest, SignedIn, reply};

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/repository/tags", get(list).post(create))
        .route("/projects/{id}/repository/tags/{tag_name}", get(show).delete(delete))
}

async fn list(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let filter = NameFilter { search: check.text("search") };
    let ascending = check.text("sort").is_some_and(|sort| sort == "asc");
    let page = Page::read(&mut check);
    check.done()?;
    let project = call.engine.project(&call.caller, &call.project()).await?.project;
    let found = call.engine.list_tags(&call.caller, &call.project(), &filter, ascending, part(&page)).await?;
    let base = &call.engine.external_url;
    let shapes: Vec<_> = found.items.iter().map(|tag| shape::repository::tag(tag, base, &project.full_path)).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

fn name<R>(call: &Call<R>) -> Result<String, ApiError> {
    let mut check = call.check();
    let name = check.required_text("tag_name");
    check.done()?;
    Ok(name)
}

async fn show(call: Call<Open>) -> Answer {
    let name = name(&call)?;
    let project = call.engine.project(&call.caller, &call.project()).await?.project;
    let tag = call.engine.tag(&call.caller, &call.project(), &name).await?;
    reply::ok(&shape::repository::tag(&tag, &call.engine.external_url, &project.full_path))
}

async fn create(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let name = check.required_text("tag_name");
    let at = check.required_text("ref");
    let message = check.text("message");
    check.done()?;
    let project = call.engine.project(&call.caller, &call.project()).await?.project;
    let tag = call.engine.create_tag(&call.caller, &call.project(), &name, &at, message.as_deref()).await?;
    reply::created(&shape::repository::tag(&tag, &call.engine.external_url, &project.full_path))
}

async fn delete(call: Call<SignedIn>) -> Answer {
    call.engine.delete_tag(&call.caller, &call.project(), &name(&call)?).await?;
    reply::no_content()
}
