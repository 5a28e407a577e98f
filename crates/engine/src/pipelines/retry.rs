//! New attempts of all failed and canceled jobs of a pipeline.

use super::list::PipelineView;
use crate::access::{Ability, ProjectRef};
use crate::{Caller, Engine, Result};
use pipewright_model::PipelineId;
use pipewright_pipeline::Event;

impl Engine {
    /// Retries a pipeline.
    pub async fn retry_pipeline(&self, caller: &Caller, project: &ProjectRef, id: PipelineId) -> Result<PipelineView> {
        self.change_pipeline(caller, project, id, Ability::UpdateJobs, Event::RetryPipeline).await
    }
}
