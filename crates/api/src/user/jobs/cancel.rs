//! `POST /projects/:id/jobs/:job_id/cancel` (Jobs API contract §6.3).

use super::answer;
use http::StatusCode;
use pipewright_http_kit::{Answer, Call, SignedIn};
use pipewright_model::JobId;

pub(super) async fn handle(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let id = JobId(check.id("job_id"));
    let force = check.boolean("force").unwrap_or(false);
    check.done()?;
    let job = call.engine.cancel_job(&call.caller, &call.project(), id, force).await?;
    let page = call.engine.show(job.project_id, job.id).await?;
    answer::job(StatusCode::CREATED, &page, &call.engine.external_url)
}
