//! Answers that went well.

use crate::{Answer, ApiError, Call, Page, Rest};
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use foldhash::quality::FixedState;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::hash::{BuildHasher, Hasher};

/// How long a browser may keep JSON: it must ask again, with the ETag.
const REVALIDATE: HeaderValue = HeaderValue::from_static("max-age=0, private, must-revalidate");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// 200 with JSON.
pub fn ok(value: &(impl Serialize + ?Sized)) -> Answer {
    json(StatusCode::OK, value)
}

/// 201 with JSON.
pub fn created(value: &(impl Serialize + ?Sized)) -> Answer {
    json(StatusCode::CREATED, value)
}

/// JSON with a status and a weak ETag.
pub fn json(status: StatusCode, value: &(impl Serialize + ?Sized)) -> Answer {
    sized_json(status, value, 1)
}

/// Bytes set aside for each item of a list.
const ITEM: usize = 3 << 10;

/// JSON of about so many items.
pub fn sized_json(status: StatusCode, value: &(impl Serialize + ?Sized), items: usize) -> Answer {
    let mut bytes = Vec::with_capacity(items.max(1) * ITEM);
    serde_json::to_writer(&mut bytes, value)
        .map_err(|error| ApiError::Engine(pipewright_engine::Error::Internal(error.to_string())))?;
    Ok(json_bytes(status, bytes.into()))
}

/// JSON that is text already.
pub fn json_bytes(status: StatusCode, bytes: Bytes) -> Response {
    let tag = etag(&bytes);
    let mut response = (status, bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::CACHE_CONTROL, REVALIDATE);
    headers.insert(header::ETAG, tag);
    response
}

/// One page of a list.
pub fn page<R, T: Serialize>(call: &Call<R>, page: &Page, rest: Rest, items: &[T]) -> Answer {
    let mut response = sized_json(StatusCode::OK, items, items.len())?;
    page.put_headers(call, rest, items.len(), response.headers_mut());
    Ok(response)
}

/// 204.
pub fn no_content() -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// 202 with GitLab's sentence.
pub fn accepted() -> Answer {
    json(StatusCode::ACCEPTED, &pipewright_wire::instance::Message { message: "202 Accepted" })
}

/// Tells answers of one address apart in one client's cache: 64 bits are plenty, and no secret is guarded.
fn etag(bytes: &[u8]) -> HeaderValue {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(bytes);
    let text = format!("W/\"{:016x}{:08x}\"", hasher.finish(), bytes.len());
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("W/\"\""))
}
