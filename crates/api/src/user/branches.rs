//! `/projects/:id/repository/branches`.

use super::paging::part;
use crate::shape;
use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_engine::repository::branches::NameFilter;
use pipewright_http_kit::{Answer, ApiError, Call, Open, Page, Rest, SignedIn, reply};

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/repository/branches", get(list).post(create))
        .route("/projects/{id}/repository/branches/{branch}", get(show).delete(delete))
}

async fn list(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let filter = NameFilter { search: check.text("search") };
    let page = Page::read(&mut check);
    check.done()?;
    let project = call.engine.project(&call.caller, &call.project()).await?.project;
    let found = call.engine.list_branches(&call.caller, &call.project(), &filter, part(&page)).await?;
    let base = &call.engine.external_url;
    let shapes: Vec<_> =
        found.items.iter().map(|branch| shape::repository::branch(branch, base, &project.full_path)).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

fn name<R>(call: &Call<R>) -> Result<String, ApiError> {
    let mut check = call.check();
    let name = check.required_text("branch");
    check.done()?;
    Ok(name)
}

async fn show(call: Call<Open>) -> Answer {
    let name = name(&call)?;
    let project = call.engine.project(&call.caller, &call.project()).await?.project;
    let branch = call.engine.branch(&call.caller, &call.project(), &name).await?;
    reply::ok(&shape::repository::branch(&branch, &call.engine.external_url, &project.full_path))
}

async fn create(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let name = check.required_text("branch");
    let at = check.required_text("ref");
    check.done()?;
    let project = call.engine.project(&call.caller, &call.project()).await?.project;
    let branch = call.engine.create_branch(&call.caller, &call.project(), &name, &at).await?;
    reply::created(&shape::repository::branch(&branch, &call.engine.external_url, &project.full_path))
}

async fn delete(call: Call<SignedIn>) -> Answer {
    call.engine.delete_branch(&call.caller, &call.project(), &name(&call)?).await?;
    reply::no_content()
}
