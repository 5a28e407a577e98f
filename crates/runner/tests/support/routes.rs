//! The server's calls.

use std::collections::HashMap;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, Query, State as With};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::{get, post, put};
use serde_json::Value;

use super::{RUNNER_TOKEN, Server, State, Uploaded, git_http};

pub(super) fn routes(server: Server) -> Router {
    Router::new()
        .route("/api/v4/jobs/request", post(request))
        .route("/api/v4/runners/verify", post(verify))
        .route("/api/v4/jobs/{id}", put(update))
        .route("/api/v4/jobs/{id}/trace", axum::routing::patch(trace))
        .route("/api/v4/jobs/{id}/artifacts", post(upload).get(download))
        .route("/elsewhere/{id}", get(elsewhere))
        .fallback(git_http::serve)
        .with_state(server)
}

fn answer(status: u16) -> axum::http::response::Builder {
    Response::builder().status(status)
}

async fn request(With(server): With<Server>, body: Bytes) -> Response<Body> {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let verified = server.change(|state| {
        state.requests.push(body.clone());
        state.verified
    });
    if body["token"] != RUNNER_TOKEN {
        return answer(403).body(r#"{"message":"403 Forbidden"}"#.into()).unwrap();
    }
    let mut changes = server.changed.subscribe();
    loop {
        let (job, shown) = {
            let mut state = server.state();
            let shown = state.verified > verified;
            let job = if shown { state.on_its_way.take() } else { None };
            (job.or_else(|| state.queue.pop_front()), shown)
        };
        if let Some(job) = job {
            let built = answer(201).header("Content-Type", "application/json");
            return built.body(job.to_string().into()).unwrap();
        }
        let held = !shown && body["last_update"] == "v1";
        if !held || tokio::time::timeout(Duration::from_secs(50), changes.changed()).await.is_err() {
            return answer(204).header("X-GitLab-Last-Update", "v1").body(Body::empty()).unwrap();
        }
    }
}

async fn verify(With(server): With<Server>, body: Bytes) -> Response<Body> {
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["token"], RUNNER_TOKEN);
    assert!(body["system_id"].as_str().is_some_and(|id| !id.is_empty()), "{body}");
    server.change(|state| state.verified += 1);
    answer(200).header("Content-Type", "application/json").body(r#"{"id":1}"#.into()).unwrap()
}

async fn update(With(server): With<Server>, Path(id): Path<i64>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(headers["job-token"], body["token"].as_str().unwrap());
    let status = server.change(|state| {
        let is_final = body["state"] != "running";
        let scripted = if is_final { state.final_answers.pop_front() } else { None };
        // An answer of trouble means: not taken.
        if scripted.is_none() {
            state.updates.push((id, body));
        }
        scripted.unwrap_or(200)
    });
    with_status(&server, status)
}

fn with_status(server: &Server, status: u16) -> Response<Body> {
    let job_status = server.state().job_status.clone();
    let gone = job_status == "canceled" || job_status == "failed";
    let status = if gone { 403 } else { status };
    answer(status).header("Job-Status", job_status).body(Body::empty()).unwrap()
}

async fn trace(With(server): With<Server>, Path(id): Path<i64>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let range = headers["content-range"].to_str().unwrap();
    let first: usize = range.split_once('-').unwrap().0.parse().unwrap();
    let gone = server.state().job_status == "canceled";
    if gone {
        return with_status(&server, 403);
    }
    let (status, len) = server.change(|state| store(state, id, first, &body));
    let job_status = server.state().job_status.clone();
    answer(status)
        .header("Job-Status", job_status)
        .header("Range", format!("0-{len}"))
        .header("X-GitLab-Trace-Update-Interval", "60")
        .body(Body::empty())
        .unwrap()
}

fn store(state: &mut State, id: i64, first: usize, body: &[u8]) -> (u16, usize) {
    let lost = state.lose.take();
    if let Some(status) = state.patch_answers.pop_front() {
        return (status, 0);
    }
    let log = state.logs.entry(id).or_default();
    if log.len() == first {
        let kept = body.len() - lost.unwrap_or(0).min(body.len());
        log.extend_from_slice(&body[..kept]);
    }
    let status = if log.len() == first + body.len() { 202 } else { 416 };
    (status, log.len())
}

async fn upload(
    With(server): With<Server>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let refused = server.change(|state| {
        state.upload_calls += 1;
        state.refuse_uploads
    });
    if refused {
        return answer(413).body(r#"{"message":"file size has reached maximum size limit"}"#.into()).unwrap();
    }
    let kind = headers["content-type"].to_str().unwrap();
    let boundary = multer::parse_boundary(kind).unwrap();
    let mut parts = multer::Multipart::new(body.into_data_stream(), boundary);
    let part = parts.next_field().await.unwrap().unwrap();
    assert_eq!(part.name(), Some("file"));
    let filename = part.file_name().unwrap().to_owned();
    let bytes = part.bytes().await.unwrap().to_vec();
    let status = server.change(|state| {
        if let Some(status) = state.upload_answers.pop_front() {
            return status;
        }
        state.uploads.push(Uploaded { query, filename, bytes });
        201
    });
    answer(status).body(r#"{"message":"no"}"#.into()).unwrap()
}

async fn download(With(server): With<Server>, Path(id): Path<i64>, headers: HeaderMap) -> Response<Body> {
    assert!(headers.contains_key("job-token"));
    if server.state().redirect_downloads {
        return answer(307).header("Location", format!("/elsewhere/{id}")).body(Body::empty()).unwrap();
    }
    archive(&server, id)
}

async fn elsewhere(With(server): With<Server>, Path(id): Path<i64>, headers: HeaderMap) -> Response<Body> {
    assert!(!headers.contains_key("job-token"), "the token is not for the storage");
    archive(&server, id)
}

fn archive(server: &Server, id: i64) -> Response<Body> {
    match server.state().downloads.get(&id) {
        Some(bytes) => answer(200).body(bytes.clone().into()).unwrap(),
        None => answer(404).body(r#"{"message":"404 Not Found"}"#.into()).unwrap(),
    }
}

/// Reads a whole body.
pub(super) async fn whole(body: Body) -> Result<Bytes, StatusCode> {
    to_bytes(body, usize::MAX).await.map_err(|_| StatusCode::BAD_REQUEST)
}
