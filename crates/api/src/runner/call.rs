//! What runners' requests have in common: tokens in two places, bodies that forgive.

use http::HeaderMap;
use pipewright_engine::Error;
use pipewright_http_kit::ApiError;
use pipewright_model::JobId;
use pipewright_wire::runner::{from_body, headers};
use serde::de::DeserializeOwned;

/// Reads a JSON body as runners write it; 400 if it is none.
pub(super) fn body<T: DeserializeOwned + Default>(bytes: &[u8]) -> Result<T, ApiError> {
    from_body(bytes).map_err(|error| ApiError::Params(format!("the body is not the JSON it should be: {error}")))
}

/// A header's text, if it has any.
pub(super) fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|text| !text.is_empty())
}

/// The job's token: in the body, or else in its header. Without any it is a wrong one.
pub(super) fn job_token<'t>(sent: &'t HeaderMap, body: Option<&'t str>) -> Result<&'t str, ApiError> {
    let token = body.filter(|token| !token.is_empty()).or_else(|| header(sent, headers::JOB_TOKEN));
    token.ok_or_else(|| Error::forbidden().into())
}

/// The runner's token: in the body, or else in its header; 400 without any.
pub(super) fn runner_token(sent: &HeaderMap, body: &str) -> Result<String, ApiError> {
    let token = Some(body).filter(|token| !token.is_empty()).or_else(|| header(sent, headers::RUNNER_TOKEN));
    token.map(ToOwned::to_owned).ok_or_else(|| ApiError::Params("token is missing".to_owned()))
}

/// The job's id out of the path. What is no number is no job: there is no 404 here (trap 31).
pub(super) fn job_id(text: &str) -> Result<JobId, ApiError> {
    text.parse().map(JobId).map_err(|_| Error::forbidden().into())
}

/// Where the runner calls from, as a proxy before us tells.
pub(super) fn address(headers: &HeaderMap) -> Option<String> {
    let first = header(headers, "x-forwarded-for")?.split(',').next()?.trim();
    (!first.is_empty() && first.len() <= 64).then(|| first.to_owned())
}
