//! `/projects/:id/repository/merge_base`, `…/blobs/:sha`, `…/files/:file_path/blame`, `/projects/:id/snapshot`.

use crate::shape;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use http::header;
use pipewright_engine::Engine;
use pipewright_http_kit::{Answer, Call, Open, SignedIn, reply};

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/repository/merge_base", get(merge_base))
        .route("/projects/{id}/repository/blobs/{sha}", get(blob))
        .route("/projects/{id}/repository/blobs/{sha}/raw", get(raw_blob))
        .route("/projects/{id}/repository/files/{file_path}/blame", get(blame))
        .route("/projects/{id}/snapshot", get(snapshot))
}

async fn merge_base(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let refs = check.texts("refs");
    if refs.is_none() {
        check.fault("refs is missing");
    }
    check.done()?;
    let refs = refs.unwrap_or_default();
    let (project, commit) = call.engine.merge_base(&call.caller, &call.project(), &refs).await?;
    reply::ok(&shape::commit::commit(&commit, &call.engine.external_url, &project.full_path))
}

async fn blob(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let id = check.required_text("sha");
    check.done()?;
    let blob = call.engine.blob(&call.caller, &call.project(), &id).await?;
    reply::ok(&shape::repository::blob(&blob))
}

async fn raw_blob(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let id = check.required_text("sha");
    check.done()?;
    let (size, body) = call.engine.raw_blob(&call.caller, &call.project(), &id).await?;
    let about = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_LENGTH, size.to_string()),
        (header::CONTENT_DISPOSITION, "inline".to_owned()),
    ];
    Ok((about, if call.is_head() { Body::empty() } else { Body::from_stream(body) }).into_response())
}

async fn blame(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let path = check.required_text("file_path");
    let rev = check.required_text("ref");
    check.done()?;
    let (project, lines) = call.engine.blame(&call.caller, &call.project(), &path, &rev).await?;
    let base = &call.engine.external_url;
    let shapes: Vec<_> =
        lines.into_iter().map(|found| shape::repository::blamed(found, base, &project.full_path)).collect();
    reply::ok(&shapes)
}

async fn snapshot(call: Call<SignedIn>) -> Answer {
    let body = call.engine.snapshot(&call.caller, &call.project()).await?;
    let mut response = Response::new(if call.is_head() { Body::empty() } else { Body::from_stream(body) });
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/x-tar"));
    Ok(response)
}
