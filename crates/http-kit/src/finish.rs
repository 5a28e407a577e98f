//! What happens to every request and answer, whichever handler it meets.

use crate::error::{Fault, panicked, under_error};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use std::panic::AssertUnwindSafe;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The request's id: the caller's own where it is sane, else made up.
#[derive(Clone, Debug)]
pub struct RequestId(pub HeaderValue);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const RUNTIME: HeaderName = HeaderName::from_static("x-runtime");

/// Goes around the whole router (`axum::middleware::from_fn`): gives the request an id, turns panics into
/// 500, logs each fault of ours once, answers 304 where the caller has the answer already, words the
/// router's own 404 and 405, and puts the headers every answer has.
pub async fn finish(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = if reads { request.headers().get(header::IF_NONE_MATCH).cloned() } else { None };
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let mut response = AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| panicked());
    if let Some(Fault(why)) = response.extensions_mut().remove() {
        // The query may hold a token: only the path is logged.
        tracing::error!(request = ?id, %method, path = uri.path(), status = response.status().as_u16(), "{why}");
    }
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && !response.headers().contains_key(header::CONTENT_TYPE) {
        response = not_allowed(&response);
    }
    if let Some(known) = known
        && response.status() == StatusCode::OK
        && response.headers().get(header::ETAG).is_some_and(|tag| matches(&known, tag))
    {
        response = not_modified(&response);
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    let micros = started.elapsed().as_micros() as u64;
    if let Ok(runtime) = HeaderValue::from_str(&format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)) {
        headers.insert(RUNTIME, runtime);
    }
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    response
}

fn request_id(headers: &HeaderMap) -> HeaderValue {
    let sane = |value: &&HeaderValue| {
        (1..=128).contains(&value.len())
            && value.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    headers.get(REQUEST_ID).filter(sane).cloned().unwrap_or_else(made_up)
}

/// Told apart from those of other processes by a random beginning; nothing is guarded by it.
fn made_up() -> HeaderValue {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| u64::from_ne_bytes(pipewright_model::random::bytes()));
    static REQUESTS: AtomicU64 = AtomicU64::new(0);
    let number = REQUESTS.fetch_add(1, Ordering::Relaxed);
    HeaderValue::from_str(&format!("{:016x}{number:016x}", *PROCESS)).unwrap_or(HeaderValue::from_static("-"))
}

/// Weak comparison with any of the tags the caller has.
fn matches(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else { return false };
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.trim() == "*" || known.split(',').any(|one| bare(one) == bare(tag))
}

fn not_modified(full: &Response) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    for name in [header::ETAG, header::CACHE_CONTROL, header::LAST_MODIFIED] {
        if let Some(value) = full.headers().get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

fn not_allowed(bare: &Response) -> Response {
    let mut response = under_error(StatusCode::METHOD_NOT_ALLOWED, "405 Not Allowed");
    if let Some(allow) = bare.headers().get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    response
}

/// The answer where no route matched.
pub async fn not_found() -> Response {
    under_error(StatusCode::NOT_FOUND, "404 Not Found")
}
