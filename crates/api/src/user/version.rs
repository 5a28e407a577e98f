//! `GET /version`, `GET /metadata`.

use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_http_kit::{Answer, Call, reply};
use serde_json::json;

use super::route::ReadsUsers;

/// The version of GitLab whose API is answered for: clients switch their behaviour by it.
const VERSION: &str = "18.9.2";

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new().route("/version", get(version)).route("/metadata", get(metadata))
}

async fn version(_: Call<ReadsUsers>) -> Answer {
    reply::ok(&json!({ "version": VERSION, "revision": revision() }))
}

async fn metadata(_: Call<ReadsUsers>) -> Answer {
    let kas = json!({ "enabled": false, "externalUrl": null, "externalK8sProxyUrl": null, "version": null });
    reply::ok(&json!({ "version": VERSION, "revision": revision(), "kas": kas, "enterprise": false }))
}

/// This program and its version, where GitLab names its commit.
fn revision() -> String {
    format!("pipewright-{}", env!("CARGO_PKG_VERSION"))
}
