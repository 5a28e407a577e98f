//! What runners call (runner protocol).

mod call;
mod jobs;

use axum::Router;
use pipewright_engine::Engine;

/// Routes below `/api/v4`.
pub(crate) fn router() -> Router<Engine> {
    Router::new().merge(jobs::router())
}
