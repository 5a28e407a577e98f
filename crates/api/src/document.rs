//! `GET /api/v4/openapi.json`: the API's own description, open to everybody.

use crate::describe;
use axum::{Router, extract::State, response::Response, routing::get};
use bytes::Bytes;
use http::StatusCode;
use pipewright_engine::Engine;
use pipewright_http_kit::reply;
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// The document for a server at that address.
pub fn document(address: &str) -> Value {
    describe::operations().openapi(address, env!("CARGO_PKG_VERSION"))
}

/// Routes below `/api/v4`.
pub(crate) fn router() -> Router<Engine> {
    // Made when it is first asked for, and then sent from memory: a server's start does not wait for it.
    let made: Arc<OnceLock<Bytes>> = Arc::default();
    let handle = move |State(engine): State<Engine>| async move { answer(&made, &engine) };
    Router::new().route("/openapi.json", get(handle))
}

fn answer(made: &OnceLock<Bytes>, engine: &Engine) -> Response {
    let bytes = made.get_or_init(|| document(&engine.external_url).to_string().into());
    reply::json_bytes(StatusCode::OK, bytes.clone())
}
