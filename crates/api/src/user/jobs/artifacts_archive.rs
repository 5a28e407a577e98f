//! `GET /projects/:id/jobs/:job_id/artifacts` (Jobs API contract §7.1): the archive as it was uploaded.

use super::download::archive;
use pipewright_http_kit::{Answer, Call, OpenOrJob};
use pipewright_model::JobId;

pub(super) async fn handle(call: Call<OpenOrJob>) -> Answer {
    let mut check = call.check();
    let id = JobId(check.id("job_id"));
    check.done()?;
    let found = call.engine.archive(&call.caller, &call.project(), id).await?;
    archive(&call, &found).await
}
