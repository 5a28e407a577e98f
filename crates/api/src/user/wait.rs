//! `GET /projects/:id/jobs/:job_id/wait` and `GET /projects/:id/pipelines/:pipeline_id/wait`: the job or
//! pipeline as soon as it has ended. Additions: GitLab's users ask again and again instead.
//!
//! The answer is that of the plain GET, with a header that tells whether the end was seen or the time was up.

use super::{jobs, pipelines};
use axum::response::Response;
use axum::{Router, routing::get};
use http::{HeaderName, HeaderValue};
use pipewright_engine::Engine;
use pipewright_engine::reading::{DEFAULT_WAIT_SECONDS, LONGEST_WAIT_SECONDS};
use pipewright_http_kit::{Answer, Call, Check, Open, SignedIn};
use pipewright_model::{JobId, PipelineId};

/// `true` when what was waited for has ended, `false` when the time was up or the server stops.
const ENDED: HeaderName = HeaderName::from_static("x-pipewright-ended");

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/jobs/{job_id}/wait", get(job))
        .route("/projects/{id}/pipelines/{pipeline_id}/wait", get(pipeline))
}

async fn job(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let (id, seconds) = (JobId(check.id("job_id")), timeout(&mut check));
    check.done()?;
    let (page, ended) = call.engine.wait_for_job(&call.caller, &call.project(), id, seconds).await?;
    Ok(told(jobs::one(&page, &call.engine.external_url)?, ended))
}

async fn pipeline(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let (id, seconds) = (PipelineId(check.id("pipeline_id")), timeout(&mut check));
    check.done()?;
    let (view, ended) = call.engine.wait_for_pipeline(&call.caller, &call.project(), id, seconds).await?;
    Ok(told(pipelines::one(&view, &call.engine.external_url)?, ended))
}

/// Seconds to wait at most.
fn timeout(check: &mut Check<'_>) -> i64 {
    let seconds = check.integer("timeout").unwrap_or(DEFAULT_WAIT_SECONDS);
    if !(0..=LONGEST_WAIT_SECONDS).contains(&seconds) {
        check.not_allowed::<()>("timeout");
    }
    seconds
}

fn told(mut answer: Response, ended: bool) -> Response {
    answer.headers_mut().insert(ENDED, HeaderValue::from_static(if ended { "true" } else { "false" }));
    answer
}
