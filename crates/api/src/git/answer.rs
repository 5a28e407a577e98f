//! Answers to git: streams, and refusals as sentences that git prints after `remote:`.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use pipewright_engine::Error;
use pipewright_git::http::Service;

/// What git is answered.
pub(super) type GitAnswer = Result<Response, Refusal>;

/// A status and a sentence.
pub(super) struct Refusal {
    status: StatusCode,
    text: String,
}

/// What git gets when it goes well.
pub(super) fn stream(content_type: &'static str, body: pipewright_git::Body) -> Response {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")];
    (headers, Body::from_stream(body)).into_response()
}

/// To gits that read files by name.
pub(super) fn too_old() -> Refusal {
    Refusal { status: StatusCode::FORBIDDEN, text: "Please upgrade your git client: smart HTTP is needed.".to_owned() }
}

/// To requests whose body is something else.
pub(super) fn wrong_type(service: Service) -> Refusal {
    let text = format!("The request's content type must be {}.", service.request_type());
    Refusal { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, text }
}

impl From<pipewright_git::Error> for Refusal {
    fn from(error: pipewright_git::Error) -> Self {
        Error::from(error).into()
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let (status, text) = match &error {
            Error::Unauthorized => (StatusCode::UNAUTHORIZED, "HTTP Basic: Access denied. Use a user name and an access token, or gitlab-ci-token and the token of a running job.".to_owned()),
            Error::InvalidToken(why) => (StatusCode::UNAUTHORIZED, format!("HTTP Basic: Access denied. {why}")),
            Error::InsufficientScope(scopes) => {
                (StatusCode::FORBIDDEN, format!("The token's scopes do not reach; one of these is needed: {scopes}."))
            }
            Error::Forbidden(why) => {
                let why = why.clone();
                (StatusCode::FORBIDDEN, why.unwrap_or_else(|| "You are not allowed to do this in this project.".to_owned()))
            }
            Error::NotFound(_) | Error::Moved(_) => (
                StatusCode::NOT_FOUND,
                "The project you were looking for could not be found or you don't have permission to view it.".to_owned(),
            ),
            Error::BadRequest(why) | Error::NotAllowed(why) | Error::Conflict(why) => (StatusCode::BAD_REQUEST, why.clone()),
            Error::Invalid(_) | Error::Changed | Error::Gone(_) => (StatusCode::BAD_REQUEST, error.to_string()),
            Error::TooLarge(why) => (StatusCode::PAYLOAD_TOO_LARGE, why.clone()),
            Error::Full => (StatusCode::INSUFFICIENT_STORAGE, error.to_string()),
            Error::Busy(why) => (StatusCode::SERVICE_UNAVAILABLE, why.clone()),
            Error::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "The server is busy; try again.".to_owned()),
            Error::Internal(_) => {
                tracing::error!(%error, "a git request failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "The server failed; its log says why.".to_owned())
            }
        };
        Self { status, text }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
        let mut response = (self.status, headers, format!("{}\n", self.text)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            // Only then does git ask for a password, or use the one it has.
            let challenge = http::HeaderValue::from_static("Basic realm=\"Pipewright\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let seconds = http::HeaderValue::from_static(pipewright_http_kit::BUSY_SECONDS);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
