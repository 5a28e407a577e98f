//! `POST /projects/:id/jobs/:job_id/retry` (Jobs API contract §6.4).

use super::{answer, inputs};
use http::StatusCode;
use pipewright_http_kit::{Answer, Call, SignedIn};
use pipewright_model::JobId;

pub(super) async fn handle(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let id = JobId(check.id("job_id"));
    let given = inputs::read(&mut check);
    check.done()?;
    let job = call.engine.retry_job(&call.caller, &call.project(), id, given).await?;
    let page = call.engine.show(job.project_id, job.id).await?;
    answer::job(StatusCode::CREATED, &page, &call.engine.external_url)
}
