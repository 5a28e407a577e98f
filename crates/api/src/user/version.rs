//! `GET /version`, `GET /metadata`.

use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_http_kit::{Answer, Call, reply};
use pipewright_wire::instance::{AgentServer, Metadata, Version};

use super::route::ReadsUsers;

/// The version of GitLab whose API is answered for: clients switch their behaviour by it.
const VERSION: &str = "18.9.2";

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new().route("/version", get(version)).route("/metadata", get(metadata))
}

async fn version(_: Call<ReadsUsers>) -> Answer {
    reply::ok(&known())
}

async fn metadata(_: Call<ReadsUsers>) -> Answer {
    reply::ok(&Metadata { version: known(), kas: AgentServer::default(), enterprise: false })
}

fn known() -> Version {
    // This program and its version stand where GitLab names its commit.
    Version { version: VERSION, revision: format!("pipewright-{}", env!("CARGO_PKG_VERSION")) }
}
