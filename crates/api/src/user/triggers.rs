//! `/projects/:id/triggers`, and starting a pipeline by a trigger's or a job's token.

use super::paging::part;
use super::pipelines::shape as pipeline;
use crate::shape;
use axum::{Router, routing::get, routing::post};
use pipewright_engine::jobs::variables::GivenVariable;
use pipewright_engine::pipelines::list::Wish;
use pipewright_engine::pipelines::triggers::TriggerView;
use pipewright_engine::{Engine, Error};
use pipewright_http_kit::{Answer, ApiError, Call, Check, Page, Rest, SignedIn, reply};
use pipewright_model::TriggerId;
use pipewright_wire::triggers::Trigger;
use serde_json::{Map, Value};

use super::route::ByToken;

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/triggers", get(list).post(create))
        .route("/projects/{id}/triggers/{trigger_id}", get(show).put(update).delete(delete))
        .route("/projects/{id}/trigger/pipeline", post(start))
        .route("/projects/{id}/ref/{ref}/trigger/pipeline", post(start))
}

fn shaped(view: &TriggerView, base: &str) -> Trigger {
    let trigger = &view.trigger;
    Trigger {
        id: trigger.id.0,
        token: view.token.clone(),
        description: trigger.description.clone(),
        created_at: trigger.created_at.to_string(),
        updated_at: trigger.updated_at.to_string(),
        last_used: trigger.last_used_at.map(|at| at.to_string()),
        expires_at: trigger.expires_at.map(|at| at.to_string()),
        owner: view.owner.as_ref().map(|owner| shape::user::basic(owner, base)),
    }
}

fn id(call: &Call<SignedIn>) -> Result<TriggerId, ApiError> {
    let mut check = call.check();
    let id = TriggerId(check.id("trigger_id"));
    check.done()?;
    Ok(id)
}

async fn list(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.triggers(&call.caller, &call.project(), part(&page)).await?;
    let shapes: Vec<_> = found.items.iter().map(|view| shaped(view, &call.engine.external_url)).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

async fn show(call: Call<SignedIn>) -> Answer {
    let view = call.engine.trigger(&call.caller, &call.project(), id(&call)?).await?;
    reply::ok(&shaped(&view, &call.engine.external_url))
}

async fn create(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let description = check.required_text("description");
    let expires_at = check.time("expires_at");
    check.done()?;
    let view = call.engine.create_trigger(&call.caller, &call.project(), description, expires_at).await?;
    reply::created(&shaped(&view, &call.engine.external_url))
}

async fn update(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let id = TriggerId(check.id("trigger_id"));
    let description = check.text("description");
    check.done()?;
    let view = call.engine.update_trigger(&call.caller, &call.project(), id, description).await?;
    reply::ok(&shaped(&view, &call.engine.external_url))
}

async fn delete(call: Call<SignedIn>) -> Answer {
    call.engine.delete_trigger(&call.caller, &call.project(), id(&call)?, call.unchanged()).await?;
    reply::no_content()
}

async fn start(call: Call<ByToken>) -> Answer {
    let mut check = call.check();
    let ref_name = check.required_text("ref");
    if ref_name.trim().is_empty() && check.value("ref").is_some() {
        check.fault("ref is empty");
    }
    let token = check.required_text("token");
    let pairs = given(&mut check);
    check.done()?;
    // A pipeline's own event must not start the next one.
    if call.headers.get("x-gitlab-event").is_some_and(|event| event == "Pipeline Hook") {
        return Err(Error::forbidden().into());
    }
    let variables = variables(&pairs)?;
    let payload = payload(call.params.all(), pairs);
    let view = call
        .engine
        .trigger_pipeline(&call.project(), &token, Wish { ref_name, variables, ..Wish::default() }, payload)
        .await?;
    reply::created(&pipeline::detail(&view, &call.engine.external_url))
}

/// `variables`: an object of names and texts.
fn given(check: &mut Check<'_>) -> Map<String, Value> {
    match check.value("variables") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(pairs)) => pairs.clone(),
        Some(Value::String(text)) if text.is_empty() => Map::new(),
        Some(_) => check.invalid("variables"),
    }
}

fn variables(pairs: &Map<String, Value>) -> Result<Vec<GivenVariable>, Error> {
    let one = |(key, value): (&String, &Value)| value.as_str().map(|value| GivenVariable::new(key.clone(), value));
    let all: Option<Vec<_>> = pairs.iter().map(one).collect();
    all.ok_or_else(|| Error::BadRequest("variables needs to be a map of key-valued strings".to_owned()))
}

/// Everything the call came with but its token.
fn payload(all: &Map<String, Value>, variables: Map<String, Value>) -> String {
    let mut all = all.clone();
    all.remove("token");
    all.insert("variables".to_owned(), Value::Object(variables));
    Value::Object(all).to_string()
}
