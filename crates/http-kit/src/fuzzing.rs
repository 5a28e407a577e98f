//! Doors for the fuzz targets: bytes as they come from outside, read as a request's are, and what must
//! hold of them whatever they are. A target panics where it does not.

use crate::{Check, Params, body, call, link, path, percent};
use axum::body::Body;
use futures::FutureExt;
use http::{HeaderMap, HeaderValue, header};
use pipewright_model::Status;

/// Larger bodies are refused before they are read.
const LIMIT: usize = 1 << 20;
/// Templates of every form there is: names, a tail, text between.
const TEMPLATES: [&str; 3] =
    ["/api/v4/projects/{id}/jobs/{job_id}", "/api/v4/projects/{id}/jobs/artifacts/{*tail}", "/{*rest}"];

/// A query or an urlencoded form. What a link to another page repeats of it is read back as the same.
pub fn query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut params = Params::default();
    if params.add_pairs(text).is_err() {
        return;
    }
    ask(&params);
    let linked = |params: &Params| link::address("http://h/p", params, &[("page", "2")]);
    let first = linked(&params);
    assert!(HeaderValue::from_str(&first).is_ok(), "a link no header can hold: {first}");
    let mut again = Params::default();
    let query = first.split_once('?').map_or("", |(_, query)| query);
    assert!(again.add_pairs(query).is_ok(), "a link that is no query: {first}");
    assert_eq!(linked(&again), first, "a link that changes as it is followed");
}

/// A body of JSON.
pub fn json(data: &[u8]) {
    with_body("application/json", data);
}

/// A body of parts; the boundary is `b`.
pub fn multipart(data: &[u8]) {
    with_body("multipart/form-data; boundary=b", data);
}

/// The path of a request.
pub fn path(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for template in TEMPLATES {
        for segment in path::segments(template, text) {
            assert!(text.contains(segment.raw), "{} is no part of the path", segment.raw);
            let decoded = segment.bytes();
            assert!(decoded.len() <= segment.raw.len());
            let _ = call::project_ref(&String::from_utf8_lossy(&decoded));
        }
    }
    let mut encoded = String::new();
    percent::encode(text, &mut encoded);
    assert_eq!(percent::decode(&encoded, true), data, "encoding {text:?} lost something");
}

fn with_body(kind: &'static str, data: &[u8]) {
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
    let mut params = Params::default();
    let read = body::add(&mut params, &headers, Body::from(data.to_vec()), LIMIT).now_or_never();
    // Bytes that are all there are read without waiting.
    if read.is_some_and(|read| read.is_ok()) {
        ask(&params);
    }
}

/// Reads every parameter as everything.
fn ask(params: &Params) {
    let mut check = Check::new(params);
    for (name, _) in params.all() {
        check.id(name);
        check.integer(name);
        check.boolean(name);
        check.texts(name);
        check.time(name);
        check.word::<Status>(name);
        if let Some(text) = check.text(name) {
            assert!(!text.contains('\0'), "a NUL got in by {name}");
        }
    }
    let _ = check.done();
}
