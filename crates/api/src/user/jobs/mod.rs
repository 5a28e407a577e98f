//! The Jobs API (Jobs API contract §0.4), one file per endpoint.

mod answer;
mod artifacts_archive;
mod artifacts_by_ref;
mod artifacts_delete;
mod artifacts_file;
mod artifacts_keep;
mod artifacts_tree;
mod cancel;
mod download;
mod erase;
mod filters;
mod inputs;
mod keyset_page;
mod list;
mod list_of_pipeline;
mod own;
mod own_agents;
mod play;
mod range;
mod retry;
mod scope;
mod show;
mod sniff;
mod trace;

use axum::routing::{delete, get, post};
use axum::{Extension, Router};
use http::StatusCode;
use pipewright_engine::Engine;
use pipewright_engine::reading::JobPage;
use pipewright_http_kit::{Answer, Lasting, RateLimit, Remembered};
use std::sync::Arc;

/// One job as an answer.
pub(super) fn one(page: &JobPage, base: &str) -> Answer {
    answer::job(StatusCode::OK, page, base)
}

/// How long an answer made of these jobs may be given again.
fn lasting(page: &JobPage) -> Lasting {
    page.stays_until().map_or(Lasting::No, Lasting::Until)
}

/// Routes below `/api/v4`.
pub(crate) fn router() -> Router<Engine> {
    Router::new()
        .merge(read_often())
        .route("/job", get(own::handle))
        .route("/job/allowed_agents", get(own_agents::handle))
        .route("/projects/{id}/jobs/{job_id}/trace", get(trace::handle))
        .route("/projects/{id}/jobs/{job_id}/cancel", post(cancel::handle))
        .route("/projects/{id}/jobs/{job_id}/retry", post(retry::handle))
        .route("/projects/{id}/jobs/{job_id}/erase", post(erase::handle))
        .route("/projects/{id}/jobs/{job_id}/play", post(play::handle))
        .route("/projects/{id}/pipelines/{pipeline_id}/bridges", get(list_of_pipeline::bridges))
        .route("/projects/{id}/pipelines/{pipeline_id}/trigger_jobs", get(list_of_pipeline::bridges))
        .merge(artifacts())
}

/// What people and dashboards ask for over and over.
fn read_often() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/jobs", get(list::handle).layer(Extension(Arc::new(RateLimit::default()))))
        .route("/projects/{id}/jobs/{job_id}", get(show::handle))
        .route("/projects/{id}/pipelines/{pipeline_id}/jobs", get(list_of_pipeline::jobs))
        .layer(Extension(Arc::new(Remembered::default())))
}

fn artifacts() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/artifacts", delete(artifacts_delete::of_project))
        .route(
            "/projects/{id}/jobs/{job_id}/artifacts",
            get(artifacts_archive::handle).delete(artifacts_delete::of_job),
        )
        .route("/projects/{id}/jobs/{job_id}/artifacts/tree", get(artifacts_tree::handle))
        .route(
            "/projects/{id}/jobs/{job_id}/artifacts/keep",
            get(artifacts_file::named_keep).post(artifacts_keep::handle),
        )
        .route("/projects/{id}/jobs/{job_id}/artifacts/{*artifact_path}", get(artifacts_file::handle))
        .route("/projects/{id}/jobs/artifacts/{*tail}", get(artifacts_by_ref::handle))
}
