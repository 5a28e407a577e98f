//! `GET /projects/:id/pipelines/:pipeline_id` and `…/latest`.

use super::shape;
use pipewright_http_kit::{Answer, Call, Open, reply};
use pipewright_model::PipelineId;

pub(super) async fn one(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let id = PipelineId(check.id("pipeline_id"));
    check.done()?;
    let view = call.engine.pipeline(&call.caller, &call.project(), id).await?;
    reply::ok(&shape::detail(&view, &call.engine.external_url))
}

pub(super) async fn latest(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let name = check.text("ref").filter(|name| !name.trim().is_empty());
    check.done()?;
    let view = call.engine.latest_pipeline(&call.caller, &call.project(), name).await?;
    reply::ok(&shape::detail(&view, &call.engine.external_url))
}
