//! `/projects/:id/environments`.

use super::paging::part;
use crate::shape::{self, job::Shown};
use axum::Router;
use axum::routing::{get, post};
use http::StatusCode;
use pipewright_engine::Engine;
use pipewright_engine::environments::{Environment, EnvironmentFields, EnvironmentFilter, TIERS};
use pipewright_http_kit::{Answer, Call, Check, Page, Rest, SignedInOrJob, reply};
use pipewright_model::{EnvironmentId, Namespace, Project};
use pipewright_wire::environments::Message;

/// Shorter searches would find nearly everything.
const SHORTEST_SEARCH: usize = 3;
const STATES: [&str; 3] = ["available", "stopping", "stopped"];

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/environments", get(list).post(create))
        .route("/projects/{id}/environments/stop_stale", post(stop_stale))
        .route("/projects/{id}/environments/{environment_id}", get(show).put(update).delete(delete))
        .route("/projects/{id}/environments/{environment_id}/stop", post(stop))
}

async fn list(call: Call<SignedInOrJob>) -> Answer {
    let mut check = call.check();
    let page = Page::read(&mut check);
    let filter = filter(&mut check);
    check.done()?;
    let (project, chain, found) = call.engine.environments(&call.caller, &call.project(), filter, part(&page)).await?;
    let project = shape::project::basic(&project, &chain, &call.engine.external_url);
    let shapes: Vec<_> = found.items.iter().map(|one| shape::environment::whole(one, Some(&project))).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

fn filter(check: &mut Check<'_>) -> EnvironmentFilter {
    let text = |check: &mut Check<'_>, name: &str| check.text(name).filter(|text| !text.is_empty());
    let filter =
        EnvironmentFilter { name: text(check, "name"), search: text(check, "search"), state: text(check, "states") };
    if filter.name.is_some() && filter.search.is_some() {
        check.fault("name, search cannot be used together");
    }
    if filter.search.as_ref().is_some_and(|search| search.chars().count() < SHORTEST_SEARCH) {
        check.fault(format!("Search query is less than {SHORTEST_SEARCH} characters"));
    }
    if filter.state.as_deref().is_some_and(|state| !STATES.contains(&state)) {
        check.not_allowed::<()>("states");
    }
    filter
}

async fn show(call: Call<SignedInOrJob>) -> Answer {
    let id = id(&call)?;
    let (environment, page) = call.engine.environment(&call.caller, &call.project(), id).await?;
    let base = &call.engine.external_url;
    let shown = Shown::new(&page.jobs, base);
    let last = page.deployments.first().map(|one| shape::environment::deployment(one, &page, &shown, base));
    let last = last.map(|last| pipewright_wire::environments::Deployment { environment: None, ..last });
    let whole = shape::environment::whole(&environment, None);
    reply::ok(&pipewright_wire::environments::Environment { last_deployment: Some(last), ..whole })
}

async fn create(call: Call<SignedInOrJob>) -> Answer {
    let mut check = call.check();
    let name = check.required_text("name");
    let fields = EnvironmentFields { name: Some(name), ..fields(&mut check) };
    check.done()?;
    let found = call.engine.create_environment(&call.caller, &call.project(), fields).await?;
    answer(&call, StatusCode::CREATED, found)
}

async fn update(call: Call<SignedInOrJob>) -> Answer {
    let mut check = call.check();
    let id = EnvironmentId(check.id("environment_id"));
    let fields = fields(&mut check);
    check.done()?;
    let found = call.engine.update_environment(&call.caller, &call.project(), id, fields).await?;
    answer(&call, StatusCode::OK, found)
}

async fn delete(call: Call<SignedInOrJob>) -> Answer {
    let id = id(&call)?;
    call.engine.delete_environment(&call.caller, &call.project(), id, call.unchanged()).await?;
    reply::no_content()
}

async fn stop(call: Call<SignedInOrJob>) -> Answer {
    let mut check = call.check();
    let id = EnvironmentId(check.id("environment_id"));
    let force = check.boolean("force").unwrap_or(false);
    check.done()?;
    let found = call.engine.stop_environment(&call.caller, &call.project(), id, force).await?;
    answer(&call, StatusCode::OK, found)
}

async fn stop_stale(call: Call<SignedInOrJob>) -> Answer {
    let mut check = call.check();
    let before = check.time("before");
    if before.is_none() {
        check.fault("before is missing");
    }
    check.done()?;
    let before = before.unwrap_or_else(|| call.engine.clock.now());
    call.engine.stop_stale_environments(&call.caller, &call.project(), before).await?;
    reply::ok(&Message { message: "Successfully requested stop for all stale environments" })
}

fn id(call: &Call<SignedInOrJob>) -> Result<EnvironmentId, pipewright_http_kit::ApiError> {
    let mut check = call.check();
    let id = EnvironmentId(check.id("environment_id"));
    check.done()?;
    Ok(id)
}

/// Address and tier; the slug is nobody's to choose.
fn fields(check: &mut Check<'_>) -> EnvironmentFields {
    if check.value("slug").is_some() {
        check.fault("slug is automatically generated and cannot be changed");
    }
    let tier = check.text("tier");
    if tier.as_deref().is_some_and(|tier| !TIERS.contains(&tier)) {
        check.not_allowed::<()>("tier");
    }
    EnvironmentFields { name: None, external_url: check.text("external_url"), tier }
}

fn answer(
    call: &Call<SignedInOrJob>,
    status: StatusCode,
    (project, chain, environment): (Project, Vec<Namespace>, Environment),
) -> Answer {
    let project = shape::project::basic(&project, &chain, &call.engine.external_url);
    reply::json(status, &shape::environment::whole(&environment, Some(&project)))
}
