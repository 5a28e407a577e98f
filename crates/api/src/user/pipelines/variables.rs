//! `GET /projects/:id/pipelines/:pipeline_id/variables`.

use pipewright_http_kit::{Answer, Call, SignedIn, reply};
use pipewright_model::PipelineId;
use pipewright_wire::pipelines::PipelineVariable;

pub(super) async fn handle(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let id = PipelineId(check.id("pipeline_id"));
    check.done()?;
    let variables = call.engine.pipeline_variables(&call.caller, &call.project(), id).await?;
    let shapes: Vec<_> = variables
        .into_iter()
        .map(|variable| PipelineVariable {
            variable_type: variable.variable_type.as_str().to_owned(),
            key: variable.key,
            value: variable.value,
            raw: variable.raw,
        })
        .collect();
    reply::ok(&shapes)
}
