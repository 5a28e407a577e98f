//! The REST API, cut by who calls: runner, job, user; and git over HTTP.
//!
//! One file per endpoint: a handler parses, calls the engine once, shapes the answer. Each audience has a
//! router of its own; [`router`] puts them together and [`pipewright_http_kit::finish`] around them.

pub mod describe;
mod document;
mod git;
mod graphql;
mod health;
mod oidc;
mod runner;
mod shape;
mod user;

pub use document::document;

use axum::{Router, middleware, routing::any};
use http::StatusCode;
use pipewright_engine::Engine;
use pipewright_http_kit::{Answer, ApiError, finish, moved};

/// What the surface needs to know besides the engine.
#[derive(Clone, Debug, Default)]
pub struct Options {}

/// Everything under `/api` and the repositories' addresses. Other surfaces merge their own routes.
pub fn router(engine: Engine, _options: &Options) -> Router {
    #[cfg(debug_assertions)]
    pipewright_http_kit::describe::watch::begin(&describe::operations());
    Router::new()
        .nest("/api/v4", Router::new().merge(user::router()).merge(runner::router()).merge(document::router()))
        .merge(git::router())
        .merge(graphql::router())
        .merge(health::router())
        .merge(oidc::router())
        .route("/api/v3/{*rest}", any(version_three))
        .fallback(git::fallback)
        .layer(middleware::from_fn_with_state(engine.clone(), moved))
        .layer(middleware::from_fn(finish))
        .with_state(engine)
}

async fn version_three() -> Answer {
    let text = "API V3 is no longer supported. Use API V4 instead.";
    Err(ApiError::Refused(StatusCode::GONE, text.to_owned()))
}
