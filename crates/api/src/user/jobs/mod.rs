//! The Jobs API (Jobs API contract §0.4), one file per endpoint.

mod answer;
mod list;
mod list_of_pipeline;
mod own;
mod scope;
mod show;
mod trace;

use axum::{Router, routing::get};
use pipewright_engine::Engine;

/// Routes below `/api/v4`.
pub(crate) fn router() -> Router<Engine> {
    Router::new()
        .route("/job", get(own::handle))
        .route("/projects/{id}/jobs", get(list::handle))
        .route("/projects/{id}/jobs/{job_id}", get(show::handle))
        .route("/projects/{id}/jobs/{job_id}/trace", get(trace::handle))
        .route("/projects/{id}/pipelines/{pipeline_id}/jobs", get(list_of_pipeline::jobs))
        .route("/projects/{id}/pipelines/{pipeline_id}/bridges", get(list_of_pipeline::bridges))
        .route("/projects/{id}/pipelines/{pipeline_id}/trigger_jobs", get(list_of_pipeline::bridges))
}
