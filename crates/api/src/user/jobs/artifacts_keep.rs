//! `POST /projects/:id/jobs/:job_id/artifacts/keep` (Jobs API contract §7.5).

use super::answer;
use http::StatusCode;
use pipewright_http_kit::{Answer, Call, SignedIn};
use pipewright_model::JobId;

pub(super) async fn handle(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let id = JobId(check.id("job_id"));
    check.done()?;
    let page = call.engine.keep_artifacts(&call.caller, &call.project(), id).await?;
    answer::job_with_download_url(StatusCode::OK, &page, &call.engine.external_url)
}
