//! A pipeline whose maker died before it started.

use super::create::Start;
use crate::work::Taken;
use crate::{Engine, Result};
use pipewright_model::{PipelineId, Status};
use pipewright_store::{pipelines, projects};

impl Engine {
    /// Starts a pipeline that was saved and not started.
    pub async fn start_saved_pipeline(&self, id: PipelineId, taken: &Taken) -> Result<()> {
        let found = self
            .db
            .read(move |tx| {
                let pipeline = pipelines::get(tx, id)?.filter(|pipeline| pipeline.status == Status::Created);
                let project = match &pipeline {
                    Some(pipeline) => projects::by_id(tx, pipeline.project_id)?,
                    None => None,
                };
                Ok::<_, crate::Error>(pipeline.zip(project))
            })
            .await?;
        let Some((pipeline, project)) = found else { return self.drop_work(taken).await };
        let repository = self.repository(&project).await?;
        self.start_pipeline(&pipeline, &repository, Start::Taken(taken.clone())).await?;
        Ok(())
    }
}
