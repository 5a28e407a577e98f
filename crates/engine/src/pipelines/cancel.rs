//! Somebody cancels or retries a whole pipeline (CI YAML contract §8).

use super::list::PipelineView;
use super::process::{self, Cause};
use super::rings::Rings;
use crate::access::{Ability, ProjectRef, may_update_job_ref, standing};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::PipelineId;
use pipewright_pipeline::Event;
use pipewright_pipeline::operations::archived;
use pipewright_store::pipelines;

impl Engine {
    /// Cancels everything of a pipeline that can be canceled, downstream too.
    pub async fn cancel_pipeline(&self, caller: &Caller, project: &ProjectRef, id: PipelineId) -> Result<PipelineView> {
        self.change_pipeline(caller, project, id, Ability::CancelJobs, Event::CancelPipeline).await
    }

    pub(super) async fn change_pipeline(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: PipelineId,
        ability: Ability,
        event: Event,
    ) -> Result<PipelineView> {
        let (caller, project, at) = (caller.clone(), project.clone(), self.moment());
        let cause = Cause { now: at.now, actor: caller.user().map(|user| user.id) };
        let (view, rings) = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                let standing = standing(tx, &caller, &project)?;
                let found = pipelines::get(tx, id)?.filter(|found| found.project_id == standing.project.id);
                let found = found.ok_or_else(|| Error::missing("Pipeline"))?;
                standing.require(ability)?;
                let user = caller.require_user()?;
                if !may_update_job_ref(tx, user, &standing.project, &found.ref_name, found.tag)? {
                    return Err(Error::forbidden());
                }
                // An old pipeline may end; nothing in it begins anew (Jobs API contract §3.4).
                if event == Event::RetryPipeline && archived(found.created_at, at.archive_after, at.now) {
                    return Err(Error::forbidden());
                }
                process::apply(tx, &mut rings, cause, id, &event)?;
                let view = PipelineView::read(tx, &standing.project, id)?;
                Ok((view, rings))
            })
            .await?;
        rings.ring(&self.bells);
        Ok(view)
    }
}
