//! `GET /projects/:id/jobs/:job_id` (Jobs API contract §6.1).

use super::{answer, lasting};
use axum::Extension;
use http::StatusCode;
use pipewright_http_kit::{Answer, Call, Remembered, SignedIn};
use pipewright_model::JobId;
use std::sync::Arc;

pub(super) async fn handle(Extension(remembered): Extension<Arc<Remembered>>, call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let id = JobId(check.id("job_id"));
    check.done()?;
    let make = async || {
        let page = call.engine.job(&call.caller, &call.project(), id).await?;
        Ok((answer::job(StatusCode::OK, &page, &call.engine.external_url)?, lasting(&page)))
    };
    remembered.answer(&call, make).await
}
