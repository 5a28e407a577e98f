//! git over smart HTTP, at `/<namespace>/<project>.git`.

use axum::Router;
use pipewright_engine::Engine;

/// Routes below the root.
pub(crate) fn router() -> Router<Engine> {
    Router::new()
}
