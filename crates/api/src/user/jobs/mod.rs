//! The Jobs API (Jobs API contract §0.4), one file per endpoint.

mod answer;
mod artifacts_archive;
mod artifacts_by_ref;
mod artifacts_file;
mod artifacts_tree;
mod download;
mod list;
mod list_of_pipeline;
mod own;
mod own_agents;
mod range;
mod scope;
mod show;
mod sniff;
mod trace;

use axum::Router;
use axum::routing::get;
use pipewright_engine::Engine;

/// Routes below `/api/v4`.
pub(crate) fn router() -> Router<Engine> {
    Router::new()
        .route("/job", get(own::handle))
        .route("/job/allowed_agents", get(own_agents::handle))
        .route("/projects/{id}/jobs", get(list::handle))
        .route("/projects/{id}/jobs/{job_id}", get(show::handle))
        .route("/projects/{id}/jobs/{job_id}/trace", get(trace::handle))
        .route("/projects/{id}/pipelines/{pipeline_id}/jobs", get(list_of_pipeline::jobs))
        .route("/projects/{id}/pipelines/{pipeline_id}/bridges", get(list_of_pipeline::bridges))
        .route("/projects/{id}/pipelines/{pipeline_id}/trigger_jobs", get(list_of_pipeline::bridges))
        .merge(artifacts())
}

fn artifacts() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/jobs/{job_id}/artifacts", get(artifacts_archive::handle))
        .route("/projects/{id}/jobs/{job_id}/artifacts/tree", get(artifacts_tree::handle))
        .route("/projects/{id}/jobs/{job_id}/artifacts/keep", get(artifacts_file::named_keep))
        .route("/projects/{id}/jobs/{job_id}/artifacts/{*artifact_path}", get(artifacts_file::handle))
        .route("/projects/{id}/jobs/artifacts/{*tail}", get(artifacts_by_ref::handle))
}
