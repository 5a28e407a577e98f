//! A pipeline is deleted with all it left behind.

use crate::access::{Ability, ProjectRef, standing};
use crate::jobs::erase::forget_files;
use crate::{Caller, Engine, Error, Result, Unchanged};
use pipewright_model::PipelineId;
use pipewright_store::{Tx, jobs, pipelines};

impl Engine {
    /// Deletes a pipeline and its child pipelines, jobs, logs and artifacts. Runners that still have a
    /// job of it are turned away at their next call.
    pub async fn delete_pipeline(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: PipelineId,
        unchanged: Unchanged,
    ) -> Result<()> {
        let (caller, project) = (caller.clone(), project.clone());
        let (project, gone) = self
            .db
            .write(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                let found = pipelines::get(tx, id)?.filter(|found| found.project_id == standing.project.id);
                let found = found.ok_or_else(|| Error::missing("Pipeline"))?;
                standing.require(Ability::OwnProject)?;
                unchanged.check(found.updated_at)?;
                let mut gone = Vec::new();
                forget(tx, id, &mut gone)?;
                Ok::<_, Error>((standing.project, gone))
            })
            .await?;
        let repository = self.repository(&project).await?;
        for id in gone {
            repository.delete_ref(&format!("refs/pipelines/{id}")).await?;
        }
        Ok(())
    }
}

fn forget(tx: &Tx<'_>, id: PipelineId, gone: &mut Vec<PipelineId>) -> Result<()> {
    let rows = jobs::of_pipeline(tx, id)?;
    for job in &rows {
        forget_files(tx, job.id, true)?;
        let child = job.downstream_pipeline_id.filter(|_| job.kind == pipewright_model::JobKind::Bridge);
        if let Some(child) = child
            && let Some(child) = pipelines::get(tx, child)?
            && child.project_id == job.project_id
            // One that is only shown (`needs: {pipeline: …}`) is nobody's child; it may be this very pipeline.
            && child.source_job_id == Some(job.id)
        {
            forget(tx, child.id, gone)?;
        }
    }
    pipelines::delete(tx, id)?;
    gone.push(id);
    Ok(())
}
