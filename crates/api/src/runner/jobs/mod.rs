//! A runner asks for a job and tells what becomes of it (runner protocol §4 to §8).

mod artifacts;
mod request;
mod trace;
mod update;

use super::call;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, patch, post, put};
use axum::{Router, response::Response};
use http::{HeaderName, HeaderValue, StatusCode};
use pipewright_engine::Engine;
use pipewright_http_kit::ApiError;
use pipewright_model::Status;
use pipewright_wire::runner::headers;

/// Largest part of a log in one request, bytes; the official runner sends 1 MiB.
const PATCH_BYTES: usize = 32 << 20;
/// Largest other body.
const BODY_BYTES: usize = 1 << 20;

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/jobs/request", post(request::handle).layer(DefaultBodyLimit::max(BODY_BYTES)))
        .route("/jobs/{job_id}", put(update::handle).layer(DefaultBodyLimit::max(BODY_BYTES)))
        .route("/jobs/{job_id}/trace", patch(trace::handle).layer(DefaultBodyLimit::max(PATCH_BYTES)))
        .route(
            "/jobs/{job_id}/artifacts",
            get(artifacts::download).post(artifacts::upload).layer(DefaultBodyLimit::disable()),
        )
        .route("/jobs/{job_id}/artifacts/authorize", post(artifacts::authorize))
}

/// An answer whose body is its status as text, as runners get it.
fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(status.as_u16().to_string().into());
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

/// Puts a header in whose value is known to be printable.
fn put_header(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// 403 for a job that is over: the status tells the runner to stop (trap 30).
fn over(status: Status) -> Response {
    let error = pipewright_engine::Error::forbidden_because("Job is not processing on runner");
    let mut response = axum::response::IntoResponse::into_response(ApiError::Engine(error));
    put_header(&mut response, headers::JOB_STATUS, status.as_str());
    response
}
