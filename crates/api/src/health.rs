//! `/-/health`, `/-/liveness`, `/-/readiness`: for whoever watches the process. No credentials are asked for.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::get};
use http::StatusCode;
use pipewright_engine::Engine;
use serde_json::json;

/// Routes below the root.
pub(crate) fn router() -> Router<Engine> {
    Router::new()
        .route("/-/health", get(|| async { "Pipewright OK\n" }))
        .route("/-/liveness", get(|| async { Json(json!({ "status": "ok" })) }))
        .route("/-/readiness", get(readiness))
}

/// Ready when the database answers.
async fn readiness(State(engine): State<Engine>) -> Response {
    match engine.check_database().await {
        Ok(()) => Json(json!({ "status": "ok", "db_check": [{ "status": "ok" }] })).into_response(),
        Err(error) => {
            // What the database says may name its host and user, and anybody may ask here.
            tracing::error!(%error, "not ready: the database does not answer");
            let message = "the database does not answer; the server's log says why";
            let answer = json!({ "status": "failed", "db_check": [{ "status": "failed", "message": message }] });
            (StatusCode::SERVICE_UNAVAILABLE, Json(answer)).into_response()
        }
    }
}
