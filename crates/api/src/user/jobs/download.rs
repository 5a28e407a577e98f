//! Answers that are files: always attachments, never something a browser runs (Jobs API contract §7).

use super::range::{self, Range};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use pipewright_engine::archives::{Archive, FileBytes};
use pipewright_http_kit::{Answer, Call, percent};
use std::fmt::Write as _;

/// A path out of an address; `None` for one no archive can have.
pub(super) fn content_path(raw: &str) -> Option<String> {
    String::from_utf8(percent::decode(raw, false)).ok().filter(|path| !path.contains('\0'))
}

/// A whole archive, or the part of it a `Range` asks for.
pub(super) async fn archive<R>(call: &Call<R>, found: &Archive) -> Answer {
    let etag = format!("\"{}\"", found.sha256);
    let wanted = range::read(&call.headers, found.size, &etag);
    let (status, part) = match wanted {
        Range::All => (StatusCode::OK, 0..found.size),
        Range::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Range::Outside => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{}", found.size))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
        }
    };
    let length = part.end - part.start;
    let body = if length == 0 || call.is_head() {
        Body::empty()
    } else {
        Body::from_stream(call.engine.archive_bytes(found, Some(part.clone())).await?)
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert("content-transfer-encoding", HeaderValue::from_static("binary"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    put(headers, header::ETAG, &etag);
    put(headers, header::CONTENT_DISPOSITION, &with_encoded_name(&found.filename));
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {}-{}/{}", part.start, part.end - 1, found.size);
        put(headers, header::CONTENT_RANGE, &range);
    }
    Ok(response)
}

/// One file, with its content type.
pub(super) fn file(found: FileBytes, kind: HeaderValue) -> Response {
    let name = found.name.rsplit('/').next().unwrap_or_default();
    let disposition = format!("attachment; filename=\"{}\"", quoted(name));
    let mut response = Body::from_stream(found.stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(found.size));
    put(headers, header::ETAG, &format!("\"{}\"", found.etag));
    put(headers, header::CONTENT_DISPOSITION, &disposition);
    response
}

/// The one 404 that is not JSON: the archive has no such file (§1.2).
pub(super) fn no_such_entry() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (StatusCode::NOT_FOUND, kind, "404 page not found\n").into_response()
}

fn put(headers: &mut http::HeaderMap, name: header::HeaderName, value: &str) {
    // Names in UTF-8 go out as they are, which HeaderValue takes as bytes.
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        headers.insert(name, value);
    }
}

fn quoted(name: &str) -> String {
    let name: String = name.chars().filter(|character| !character.is_control()).collect();
    name.replace('\\', "\\\\").replace('"', "\\\"")
}

fn with_encoded_name(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{}\"; filename*=UTF-8''{encoded}", quoted(name))
}
