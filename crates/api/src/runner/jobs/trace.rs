//! `PATCH /jobs/:id/trace` (runner protocol §7).

use super::{call, over, plain, put_header};
use axum::body::Bytes;
use axum::extract::{FromRequest, Path, RawQuery, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use pipewright_engine::jobs::runner_calls::Met;
use pipewright_engine::jobs::trace::Patch;
use pipewright_engine::{Engine, Error};
use pipewright_http_kit::{Answer, ApiError};
use pipewright_wire::runner::{ContentRange, StoredRange, headers};

/// Seconds until the runner sends the next part. Whoever reads a log wants it soon, and who does is not
/// known here.
const INTERVAL: &str = "3";

pub(super) async fn handle(
    State(engine): State<Engine>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Answer {
    let sent = request.headers().clone();
    let id = call::job_id(&id)?;
    let token = call::job_token(&sent, None)?;
    let range = call::header(&sent, headers::CONTENT_RANGE)
        .ok_or_else(|| Error::BadRequest("400 Missing header Content-Range".to_owned()))?;
    let range = ContentRange::parse(range).ok_or_else(|| ApiError::Params("Content-Range is invalid".to_owned()))?;
    let debug = query.unwrap_or_default().split('&').any(|pair| pair == "debug_trace=true");
    // Before the body: whoever has no job's token is given no memory.
    let met = match engine.met_job(id, token).await {
        Ok(met) => met,
        Err(error) => return Ok(unread(ApiError::from(error).into_response())),
    };
    let data = Bytes::from_request(request, &engine).await;
    let data = data.map_err(|refused| ApiError::Whole(Box::new(refused.into_response())))?;
    let job = match met {
        Met::Running(job) => job,
        Met::Over(status) => return Ok(over(status)),
    };
    // The end is judged by the body's length: some runners count one too many (trap 20).
    match engine.append_trace(&job, token, Patch { first: range.first, data, debug }).await? {
        Met::Over(status) => Ok(over(status)),
        Met::Running(patched) => {
            let stored = StoredRange(patched.size).to_string();
            let mut response = if patched.accepted {
                plain(StatusCode::ACCEPTED)
            } else {
                let error =
                    ApiError::Refused(StatusCode::RANGE_NOT_SATISFIABLE, "416 Range Not Satisfiable".to_owned());
                error.into_response()
            };
            put_header(&mut response, headers::RANGE, &stored);
            put_header(&mut response, headers::JOB_STATUS, patched.status.as_str());
            put_header(&mut response, headers::TRACE_UPDATE_INTERVAL, INTERVAL);
            Ok(response)
        }
    }
}

/// An answer before the request was read: the connection cannot go on.
fn unread(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
