//! `PUT /projects/:id/pipelines/:pipeline_id/metadata`.

use super::shape;
use pipewright_http_kit::{Answer, Call, SignedInOrJob, reply};
use pipewright_model::PipelineId;

pub(super) async fn handle(call: Call<SignedInOrJob>) -> Answer {
    let mut check = call.check();
    let id = PipelineId(check.id("pipeline_id"));
    let name = check.required_text("name");
    check.done()?;
    let view = call.engine.name_pipeline(&call.caller, &call.project(), id, name).await?;
    reply::ok(&shape::detail(&view, &call.engine.external_url))
}
