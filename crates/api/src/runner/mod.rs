//! What runners call (runner protocol).

use axum::Router;
use pipewright_engine::Engine;

/// Routes below `/api/v4`.
pub(crate) fn router() -> Router<Engine> {
    Router::new()
}
