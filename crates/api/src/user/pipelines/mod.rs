//! `/projects/:id/pipelines`: lists, one, starting, canceling, retrying, deleting.

mod change;
mod create;
mod list;
mod metadata;
mod reports;
pub(super) mod shape;
mod show;
mod variables;

use axum::Router;
use axum::routing::{get, post, put};
use pipewright_engine::Engine;
use pipewright_engine::pipelines::list::PipelineView;
use pipewright_http_kit::{Answer, reply};

/// One pipeline as an answer.
pub(super) fn one(view: &PipelineView, base: &str) -> Answer {
    reply::ok(&shape::detail(view, base))
}

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/pipeline", post(create::handle))
        .route("/projects/{id}/pipelines", get(list::handle).post(create::handle))
        .route("/projects/{id}/pipelines/latest", get(show::latest))
        .route("/projects/{id}/pipelines/{pipeline_id}", get(show::one).delete(change::delete))
        .route("/projects/{id}/pipelines/{pipeline_id}/cancel", post(change::cancel))
        .route("/projects/{id}/pipelines/{pipeline_id}/retry", post(change::retry))
        .route("/projects/{id}/pipelines/{pipeline_id}/metadata", put(metadata::handle))
        .route("/projects/{id}/pipelines/{pipeline_id}/test_report", get(reports::whole))
        .route("/projects/{id}/pipelines/{pipeline_id}/test_report_summary", get(reports::summary))
        .route("/projects/{id}/pipelines/{pipeline_id}/variables", get(variables::handle))
}
