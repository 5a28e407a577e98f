//! What runners call (runner protocol).

pub(crate) mod answer;
mod call;
pub(crate) mod caller;
pub(crate) mod change;
mod discovery;
mod jobs;
mod register;
mod remove;
mod reset_token;
mod verify;

use axum::Router;
use axum::routing::{delete, get, post};
use pipewright_engine::Engine;

/// Routes below `/api/v4`.
pub(crate) fn router() -> Router<Engine> {
    Router::new()
        .merge(jobs::router())
        .route("/runners", post(register::handle).delete(remove::runner))
        .route("/runners/managers", delete(remove::machine))
        .route("/runners/verify", post(verify::handle))
        .route("/runners/reset_authentication_token", post(reset_token::handle))
        .route("/runners/router/discovery", get(discovery::handle))
}
