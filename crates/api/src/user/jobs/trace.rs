//! `GET /projects/:id/jobs/:job_id/trace` (Jobs API contract §6.2). `Range`, `tail` and `follow` are additions.

use super::range::{self, Range};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use pipewright_engine::reading::TraceView;
use pipewright_http_kit::{Answer, ApiError, Call, Check, SignedIn};
use pipewright_model::JobId;

/// Most bytes that `byte_limit` may ask for.
const MOST: i64 = 512_000;
/// Most lines that `tail` may ask for.
const MOST_LINES: i64 = 100_000;

/// Which part of a log is wanted.
struct Window {
    offset: i64,
    limit: Option<i64>,
    tail: Option<i64>,
    follow: bool,
}

pub(super) async fn handle(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let id = JobId(check.id("job_id"));
    let window = window(&mut check);
    check.done()?;
    let trace = call.engine.trace(&call.caller, &call.project(), id).await?;
    let start = match window.tail {
        Some(lines) => call.engine.trace_tail(&trace, lines).await?,
        None => window.offset,
    };
    let answer = if window.follow {
        follow(&call, id, start).await?
    } else {
        let asked = window.tail.is_some() || window.offset > 0 || window.limit.is_some();
        let range = if asked { Range::All } else { range::read(&call.headers, trace.size as u64, &trace.etag) };
        let end = window.limit.map_or(trace.size, |limit| start.saturating_add(limit));
        part(&call, &trace, start..end, range).await?
    };
    Ok(if answer.status().is_success() { named(answer, id) } else { answer })
}

/// The log, or the part of it that is wanted.
async fn part(call: &Call<SignedIn>, trace: &TraceView, window: std::ops::Range<i64>, range: Range) -> Answer {
    let (status, from, to) = match range {
        Range::All => (StatusCode::OK, window.start.min(trace.size), window.end.min(trace.size)),
        Range::Part(part) => (StatusCode::PARTIAL_CONTENT, part.start as i64, part.end as i64),
        Range::Outside => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{}", trace.size))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
        }
    };
    let body =
        if call.is_head() { Body::empty() } else { Body::from_stream(call.engine.trace_bytes(trace, from..to).await?) };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(to - from));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let mut put = |name, value: &str| HeaderValue::from_str(value).map(|value| headers.insert(name, value));
    if status == StatusCode::PARTIAL_CONTENT {
        let _ = put(header::CONTENT_RANGE, &format!("bytes {from}-{}/{}", to - 1, trace.size));
    }
    // A part by parameters is another body: only the log itself has the log's tag.
    if status == StatusCode::PARTIAL_CONTENT || (from, to) == (0, trace.size) {
        let _ = put(header::ETAG, &trace.etag);
    }
    Ok(response)
}

/// The log as it grows, to its end.
async fn follow(call: &Call<SignedIn>, id: JobId, from: i64) -> Result<Response, ApiError> {
    if call.is_head() {
        return Ok(Body::empty().into_response());
    }
    let stream = call.engine.follow_trace(&call.caller, &call.project(), id, from).await?;
    let mut response = Body::from_stream(stream).into_response();
    // Proxies are to pass on what comes as it comes.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn named(mut response: Response, id: JobId) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    // The word is GitLab's: clients that look for it look for this spelling.
    let disposition = format!("infile; filename=\"{id}.log\"");
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn window(check: &mut Check<'_>) -> Window {
    let offset = check.integer("byte_offset");
    if offset.is_some_and(|offset| offset < 0) {
        check.not_allowed::<()>("byte_offset");
    }
    let limit = check.integer("byte_limit");
    if limit.is_some_and(|limit| !(1..=MOST).contains(&limit)) {
        check.not_allowed::<()>("byte_limit");
    }
    let tail = check.integer("tail");
    if tail.is_some_and(|lines| !(0..=MOST_LINES).contains(&lines)) {
        check.not_allowed::<()>("tail");
    }
    let follow = check.boolean("follow").unwrap_or(false);
    if tail.is_some() && (offset.is_some() || limit.is_some()) {
        check.fault("tail, byte_offset and byte_limit are mutually exclusive");
    } else if follow && limit.is_some() {
        check.fault("follow, byte_limit are mutually exclusive");
    }
    Window { offset: offset.unwrap_or(0), limit, tail, follow }
}
