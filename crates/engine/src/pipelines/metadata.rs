//! Naming a pipeline.

use super::list::PipelineView;
use crate::access::{Ability, ProjectRef, may_update_job_ref, standing};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::PipelineId;
use pipewright_store::pipelines;

/// Longest name, characters.
const LONGEST: usize = 255;

impl Engine {
    /// Gives a pipeline a name, or with an empty one takes it away; for developers who may push to its ref.
    pub async fn name_pipeline(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: PipelineId,
        name: String,
    ) -> Result<PipelineView> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                standing.require(Ability::ReadPipelines)?;
                let PipelineView { pipeline, .. } = PipelineView::read(tx, &standing.project, id)?;
                standing.require(Ability::UpdateJobs)?;
                let user = caller.require_user()?;
                if !may_update_job_ref(tx, user, &standing.project, &pipeline.ref_name, pipeline.tag)? {
                    return Err(Error::forbidden());
                }
                if name.chars().count() > LONGEST {
                    let why = format!("Name is too long (maximum is {LONGEST} characters)");
                    return Err(Error::BadRequest(format!("400 Bad request - Failed to update pipeline - {why}")));
                }
                pipelines::set_name(tx, id, Some(name.trim()).filter(|name| !name.is_empty()), now)?;
                PipelineView::read(tx, &standing.project, id)
            })
            .await
    }
}
