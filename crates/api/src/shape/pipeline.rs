//! Pipelines.

use pipewright_model::Pipeline;
use pipewright_wire::pipelines::PipelineBasic;

/// A pipeline of the project with that full path, inside a job or a list; `base` is the server's address.
pub(crate) fn basic(pipeline: &Pipeline, base: &str, project: &str) -> PipelineBasic {
    PipelineBasic {
        id: pipeline.id.0,
        iid: pipeline.iid,
        project_id: pipeline.project_id.0,
        sha: pipeline.sha.clone(),
        ref_name: pipeline.ref_name.clone(),
        status: pipeline.status.as_str().to_owned(),
        source: pipeline.source.as_str().to_owned(),
        created_at: pipeline.created_at.to_string(),
        updated_at: pipeline.updated_at.to_string(),
        web_url: format!("{base}/{project}/-/pipelines/{}", pipeline.id),
        name: None,
    }
}
