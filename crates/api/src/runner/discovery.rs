//! `GET /runners/router/discovery` (runner protocol §1): there is no job router, and 501 says so.

use http::StatusCode;
use pipewright_http_kit::{Answer, ApiError};

pub(super) async fn handle() -> Answer {
    Err(ApiError::Refused(StatusCode::NOT_IMPLEMENTED, "501 Not Implemented".to_owned()))
}
