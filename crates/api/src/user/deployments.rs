//! `/projects/:id/deployments`.

use super::paging::part;
use crate::shape::{environment, job::Shown};
use axum::{Router, routing::get};
use pipewright_engine::environments::{DeploymentFilter, DeploymentOrder};
use pipewright_engine::{Engine, Error};
use pipewright_http_kit::{Answer, ApiError, Call, Check, Page, Rest, SignedInOrJob, reply};
use pipewright_model::DeploymentId;

const STATUSES: [&str; 7] = ["created", "running", "success", "failed", "canceled", "skipped", "blocked"];

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/deployments", get(list))
        .route("/projects/{id}/deployments/{deployment_id}", get(show))
}

async fn list(call: Call<SignedInOrJob>) -> Answer {
    let mut check = call.check();
    let page = Page::read(&mut check);
    let filter = filter(&mut check);
    check.done()?;
    let (found, total) = call.engine.deployments(&call.caller, &call.project(), filter, part(&page)).await?;
    let base = &call.engine.external_url;
    let shown = Shown::new(&found.jobs, base);
    let shapes: Vec<_> =
        found.deployments.iter().map(|one| environment::deployment(one, &found, &shown, base)).collect();
    reply::page(&call, &page, Rest::Counted(total), &shapes)
}

async fn show(call: Call<SignedInOrJob>) -> Answer {
    let mut check = call.check();
    let id = DeploymentId(check.id("deployment_id"));
    check.done()?;
    let found = call.engine.deployment(&call.caller, &call.project(), id).await?;
    let base = &call.engine.external_url;
    let shown = Shown::new(&found.jobs, base);
    let deployment = found.deployments.first().ok_or_else(|| ApiError::Engine(Error::record()))?;
    reply::ok(&environment::deployment(deployment, &found, &shown, base))
}

fn filter(check: &mut Check<'_>) -> DeploymentFilter {
    let text = |check: &mut Check<'_>, name: &str| check.text(name).filter(|text| !text.is_empty());
    let mut filter = DeploymentFilter {
        environment: text(check, "environment"),
        status: text(check, "status"),
        updated_after: check.time("updated_after"),
        updated_before: check.time("updated_before"),
        finished_after: check.time("finished_after"),
        finished_before: check.time("finished_before"),
        ..DeploymentFilter::default()
    };
    if filter.status.as_deref().is_some_and(|status| !STATUSES.contains(&status)) {
        check.not_allowed::<()>("status");
    }
    match text(check, "order_by").as_deref() {
        None | Some("id") => {}
        Some("iid") => filter.order = DeploymentOrder::Iid,
        Some("created_at") => filter.order = DeploymentOrder::CreatedAt,
        Some("updated_at") => filter.order = DeploymentOrder::UpdatedAt,
        Some("finished_at") => filter.order = DeploymentOrder::FinishedAt,
        Some("ref") => filter.order = DeploymentOrder::Ref,
        Some(_) => check.not_allowed("order_by"),
    }
    match text(check, "sort").as_deref() {
        None | Some("asc") => {}
        Some("desc") => filter.descending = true,
        Some(_) => check.not_allowed("sort"),
    }
    filter
}
