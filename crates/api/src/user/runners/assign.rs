//! `POST /projects/:id/runners` and `DELETE /projects/:id/runners/:runner_id` (runner protocol §3).

use super::{ManagesRunners, answer};
use http::StatusCode;
use pipewright_engine::Error;
use pipewright_http_kit::{Answer, Call, reply};
use pipewright_model::RunnerId;

pub(super) async fn assign(call: Call<ManagesRunners>) -> Answer {
    let mut check = call.check();
    let id = RunnerId(check.id("runner_id"));
    check.done()?;
    let found = call.engine.assign_runner(&call.caller, &call.project(), id).await?;
    let shown = answer::runners(&found, &call.engine.external_url);
    reply::json(StatusCode::CREATED, shown.first().ok_or_else(|| Error::missing("Runner"))?)
}

pub(super) async fn unassign(call: Call<ManagesRunners>) -> Answer {
    let mut check = call.check();
    let id = RunnerId(check.id("runner_id"));
    check.done()?;
    call.engine.unassign_runner(&call.caller, &call.project(), id).await?;
    reply::no_content()
}
