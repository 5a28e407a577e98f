//! A pipeline's own page.

use crate::shape;
use pipewright_engine::pipelines::list::PipelineView;
use pipewright_model::{Pipeline, Project};
use pipewright_wire::pipelines::{DetailedStatus, PipelineBasic, PipelineDetail};

/// In a list; with its name.
pub(in crate::user) fn listed(pipeline: &Pipeline, project: &Project, base: &str) -> PipelineBasic {
    PipelineBasic { name: Some(pipeline.name.clone()), ..shape::pipeline::basic(pipeline, base, &project.full_path) }
}

/// On its own.
pub(in crate::user) fn detail(view: &PipelineView, base: &str) -> PipelineDetail {
    let (pipeline, project) = (&view.pipeline, &view.project);
    let path = format!("/{}/-/pipelines/{}", project.full_path, pipeline.id);
    let span = |from: Option<pipewright_model::Timestamp>, to: Option<pipewright_model::Timestamp>| {
        from.zip(to).map(|(from, to)| to.seconds_since(from).max(0.0) as i64)
    };
    PipelineDetail {
        basic: listed(pipeline, project, base),
        before_sha: pipeline.before_sha.clone(),
        tag: pipeline.tag,
        yaml_errors: pipeline.yaml_errors.clone(),
        user: view.user.as_ref().and_then(|user| serde_json::to_value(shape::user::basic(user, base)).ok()),
        started_at: pipeline.started_at.map(|at| at.to_string()),
        finished_at: pipeline.finished_at.map(|at| at.to_string()),
        committed_at: None,
        duration: span(pipeline.started_at, pipeline.finished_at),
        queued_duration: span(Some(pipeline.created_at), pipeline.started_at),
        coverage: view.coverage.map(|percent| format!("{percent:.2}")),
        detailed_status: DetailedStatus::of(pipeline.status.as_str(), view.warnings, path),
        archived: false,
    }
}
