//! `GET /projects/:id/jobs/:job_id/trace` (Jobs API contract §6.2).

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use pipewright_engine::reading::TraceWindow;
use pipewright_http_kit::{Answer, Call, Check, SignedIn};
use pipewright_model::JobId;

/// Most bytes that `byte_limit` may ask for.
const MOST: i64 = 512_000;

pub(super) async fn handle(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let id = JobId(check.id("job_id"));
    let window = window(&mut check);
    check.done()?;
    let found = call.engine.trace(&call.caller, &call.project(), id, window).await?;
    let mut response: Response = Body::from_stream(found.stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(found.length));
    // The word is GitLab's: clients that look for it look for this spelling.
    let disposition = format!("infile; filename=\"{id}.log\"");
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

fn window(check: &mut Check<'_>) -> TraceWindow {
    let offset = check.integer("byte_offset").unwrap_or(0);
    if offset < 0 {
        check.not_allowed::<()>("byte_offset");
    }
    let limit = check.integer("byte_limit");
    if limit.is_some_and(|limit| !(1..=MOST).contains(&limit)) {
        check.not_allowed::<()>("byte_limit");
    }
    TraceWindow { offset, limit }
}
