//! `/projects/:id/resource_groups`.

use super::paging::part;
use crate::shape::job::Shown;
use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_engine::resource_groups::{ResourceGroup, mode};
use pipewright_http_kit::{Answer, ApiError, Call, Page, Rest, SignedIn, reply};
use pipewright_wire::environments::ResourceGroup as Shape;

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/resource_groups", get(list))
        .route("/projects/{id}/resource_groups/{key}", get(show).put(edit))
        .route("/projects/{id}/resource_groups/{key}/current_job", get(current_job))
        .route("/projects/{id}/resource_groups/{key}/upcoming_jobs", get(upcoming_jobs))
}

fn shape(group: &ResourceGroup) -> Shape {
    Shape {
        id: group.id.0,
        key: group.key.clone(),
        process_mode: group.process_mode.clone(),
        created_at: group.created_at.to_string(),
        updated_at: group.updated_at.to_string(),
    }
}

fn key(call: &Call<SignedIn>) -> Result<String, ApiError> {
    let mut check = call.check();
    let key = check.required_text("key");
    check.done()?;
    Ok(key)
}

async fn list(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.resource_groups(&call.caller, &call.project(), part(&page)).await?;
    let shapes: Vec<_> = found.items.iter().map(shape).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

async fn show(call: Call<SignedIn>) -> Answer {
    let group = call.engine.resource_group(&call.caller, &call.project(), &key(&call)?).await?;
    reply::ok(&shape(&group))
}

async fn edit(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let key = check.required_text("key");
    let mode = check.text("process_mode").and_then(|word| mode(&word).or_else(|| check.not_allowed("process_mode")));
    check.done()?;
    let group = call.engine.set_process_mode(&call.caller, &call.project(), &key, mode).await?;
    reply::ok(&shape(&group))
}

async fn current_job(call: Call<SignedIn>) -> Answer {
    let page = call.engine.resource_holder(&call.caller, &call.project(), &key(&call)?).await?;
    let shown = Shown::new(&page, &call.engine.external_url);
    reply::ok(&page.jobs.first().and_then(|job| shown.common(job)))
}

async fn upcoming_jobs(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let key = check.required_text("key");
    let page = Page::read(&mut check);
    check.done()?;
    let (found, total) = call.engine.resource_queue(&call.caller, &call.project(), &key, part(&page)).await?;
    let shown = Shown::new(&found, &call.engine.external_url);
    let shapes: Vec<_> = found.jobs.iter().filter_map(|job| shown.common(job)).collect();
    reply::page(&call, &page, Rest::Counted(total), &shapes)
}
