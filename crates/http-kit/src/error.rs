//! Every failure as GitLab puts it: the one place that knows the two envelopes (Jobs API contract §1.1).
//!
//! What a handler, a permission or a look-up refuses is under `message`; what the parameters, the router
//! or a token's own state refuse is under `error`. Clients tell them apart: do not mix.

use crate::rate::Counted;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use pipewright_engine::Error as Engine;
use pipewright_model::ProjectId;
use serde_json::{Value, json};

/// Seconds after which whoever found the server busy may ask again.
pub const BUSY_SECONDS: &str = "30";

/// What a handler answers.
pub type Answer = Result<Response, ApiError>;

/// Why a request is refused or failed.
#[derive(Debug)]
pub enum ApiError {
    /// A use case refused or failed.
    Engine(Engine),
    /// Parameters that cannot be: 400 under `error`.
    Params(String),
    /// Refused under `error` with another status.
    Refused(StatusCode, String),
    /// Too many requests: 429, with `message` an object.
    TooMany(Counted),
    /// An answer made elsewhere.
    Whole(Box<Response>),
}

impl<E: Into<Engine>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

/// Left in an answer about a project that has another address, for [`crate::moved`] to word as the method wants it.
#[derive(Clone, Copy)]
pub(crate) struct Moved(pub(crate) ProjectId);

/// Left in a 5xx answer for [`crate::finish`] to log once, with the request's id.
#[derive(Clone)]
pub(crate) struct Fault(pub(crate) String);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::Engine(error) => engine(error),
            Self::Params(text) => under_error(StatusCode::BAD_REQUEST, &text),
            Self::Refused(status, text) => under_error(status, &text),
            Self::TooMany(counted) => too_many(counted),
            Self::Whole(response) => *response,
        }
    }
}

fn engine(error: Engine) -> Response {
    let message = |status, text: &str| body(status, &json!({ "message": text }));
    match &error {
        Engine::Unauthorized => message(StatusCode::UNAUTHORIZED, "401 Unauthorized"),
        Engine::InvalidToken(why) => invalid_token(why),
        Engine::InsufficientScope(scopes) => insufficient_scope(scopes, &error),
        Engine::Forbidden(_) => message(StatusCode::FORBIDDEN, &error.to_string()),
        Engine::NotFound(_) => message(StatusCode::NOT_FOUND, &error.to_string()),
        Engine::Moved(id) => {
            let mut response = message(StatusCode::NOT_FOUND, &error.to_string());
            response.extensions_mut().insert(Moved(*id));
            response
        }
        Engine::Changed => message(StatusCode::PRECONDITION_FAILED, &error.to_string()),
        Engine::Gone(why) => body(StatusCode::GONE, &json!({ "message": error.to_string(), "reason": why })),
        Engine::BadRequest(text) => message(StatusCode::BAD_REQUEST, text),
        Engine::Invalid(fields) => body(StatusCode::BAD_REQUEST, &json!({ "message": by_field(fields) })),
        Engine::Conflict(text) => message(StatusCode::CONFLICT, text),
        Engine::TooLarge(text) => message(StatusCode::PAYLOAD_TOO_LARGE, text),
        Engine::NotAllowed(text) => message(StatusCode::METHOD_NOT_ALLOWED, text),
        Engine::Full => fault(StatusCode::INSUFFICIENT_STORAGE, "507 Insufficient Storage", &error),
        Engine::Unavailable(_) => {
            let mut response = fault(StatusCode::SERVICE_UNAVAILABLE, "503 Service Unavailable", &error);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            response
        }
        Engine::Busy(why) => {
            let mut response = body(StatusCode::SERVICE_UNAVAILABLE, &json!({ "message": { "error": why } }));
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(BUSY_SECONDS));
            response
        }
        Engine::Internal(_) => fault(StatusCode::INTERNAL_SERVER_ERROR, "500 Internal Server Error", &error),
    }
}

/// Ours: the caller hears only that it failed, the log hears why.
fn fault(status: StatusCode, text: &str, error: &Engine) -> Response {
    let mut response = body(status, &json!({ "message": text }));
    response.extensions_mut().insert(Fault(error.to_string()));
    response
}

/// The answer to a panic.
pub(crate) fn panicked() -> Response {
    fault(
        StatusCode::INTERNAL_SERVER_ERROR,
        "500 Internal Server Error",
        &Engine::Internal("a handler panicked".to_owned()),
    )
}

/// A refusal under `error`.
pub(crate) fn under_error(status: StatusCode, text: &str) -> Response {
    body(status, &json!({ "error": text }))
}

fn by_field(fields: &[(String, String)]) -> Value {
    let mut object = serde_json::Map::new();
    for (field, what) in fields {
        if let Value::Array(list) = object.entry(field).or_insert_with(|| json!([])) {
            list.push(json!(what));
        }
    }
    Value::Object(object)
}

fn invalid_token(why: &str) -> Response {
    let mut response = body(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_token", "error_description": why }));
    let challenge =
        format!(r#"Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="{why}""#);
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn insufficient_scope(scopes: &str, error: &Engine) -> Response {
    let description = error.to_string();
    body(
        StatusCode::FORBIDDEN,
        &json!({ "error": "insufficient_scope", "error_description": description, "scope": scopes }),
    )
}

fn too_many(counted: Counted) -> Response {
    let text = "This endpoint has been requested too many times. Try again later.";
    let mut response = body(StatusCode::TOO_MANY_REQUESTS, &json!({ "message": { "error": text } }));
    counted.put_headers(response.headers_mut());
    response
}

fn body(status: StatusCode, value: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    (status, headers, value.to_string()).into_response()
}
