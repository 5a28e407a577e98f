//! The Jobs API (Jobs API contract §0.4), one file per endpoint.

use axum::Router;
use pipewright_engine::Engine;

/// Routes below `/api/v4`.
pub(crate) fn router() -> Router<Engine> {
    Router::new()
}
