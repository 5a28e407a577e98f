//! `DELETE /projects/:id/jobs/:job_id/artifacts` and `DELETE /projects/:id/artifacts`
//! (Jobs API contract §7.6, §7.7).

use pipewright_http_kit::{Answer, Call, SignedIn, reply};
use pipewright_model::JobId;

pub(super) async fn of_job(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let id = JobId(check.id("job_id"));
    check.done()?;
    call.engine.delete_artifacts(&call.caller, &call.project(), id).await?;
    reply::no_content()
}

pub(super) async fn of_project(call: Call<SignedIn>) -> Answer {
    call.engine.expire_project_artifacts(&call.caller, &call.project()).await?;
    reply::accepted()
}
