//! `PUT /jobs/:id` (runner protocol §6).

use super::{call, over, plain, put_header};
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use pipewright_engine::Engine;
use pipewright_engine::jobs::runner_calls::Met;
use pipewright_http_kit::Answer;
use pipewright_wire::runner::{JobUpdate, headers};

pub(super) async fn handle(
    State(engine): State<Engine>,
    Path(id): Path<String>,
    sent: HeaderMap,
    body: Bytes,
) -> Answer {
    let update: JobUpdate = call::body(&body)?;
    let token = call::job_token(&sent, update.token.as_deref())?;
    match engine.update_job(call::job_id(&id)?, token, &update).await? {
        Met::Over(status) => Ok(over(status)),
        Met::Running(status) => {
            let mut response = plain(StatusCode::OK);
            put_header(&mut response, headers::JOB_STATUS, status.as_str());
            Ok(response)
        }
    }
}
