//! Canceling, retrying and deleting a pipeline.

use super::shape;
use pipewright_http_kit::{Answer, Call, SignedIn, reply};
use pipewright_model::PipelineId;

fn id(call: &Call<SignedIn>) -> Result<PipelineId, pipewright_http_kit::ApiError> {
    let mut check = call.check();
    let id = PipelineId(check.id("pipeline_id"));
    check.done()?;
    Ok(id)
}

pub(super) async fn cancel(call: Call<SignedIn>) -> Answer {
    let view = call.engine.cancel_pipeline(&call.caller, &call.project(), id(&call)?).await?;
    reply::ok(&shape::detail(&view, &call.engine.external_url))
}

pub(super) async fn retry(call: Call<SignedIn>) -> Answer {
    let view = call.engine.retry_pipeline(&call.caller, &call.project(), id(&call)?).await?;
    reply::created(&shape::detail(&view, &call.engine.external_url))
}

pub(super) async fn delete(call: Call<SignedIn>) -> Answer {
    call.engine.delete_pipeline(&call.caller, &call.project(), id(&call)?, call.unchanged()).await?;
    reply::no_content()
}
