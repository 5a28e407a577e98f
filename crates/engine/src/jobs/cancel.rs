//! Somebody cancels a job (Jobs API contract §6.3, §10.2).

use crate::access::{Ability, ProjectRef, standing};
use crate::pipelines::process::{self, Cause};
use crate::pipelines::rings::Rings;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{Job, JobId, JobKind};
use pipewright_pipeline::Event;
use pipewright_store::{Tx, jobs};

impl Engine {
    /// Cancels a job; one that cannot be canceled comes back unchanged. `force` ends a `canceling` job
    /// at once, and needs a maintainer.
    pub async fn cancel_job(&self, caller: &Caller, project: &ProjectRef, id: JobId, force: bool) -> Result<Job> {
        let (caller, project) = (caller.clone(), project.clone());
        let cause = Cause { now: self.clock.now(), actor: caller.user().map(|user| user.id) };
        let (job, rings) = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                let standing = standing(tx, &caller, &project)?;
                standing.require(Ability::CancelJobs)?;
                let job = of_project(tx, standing.project.id, id)?;
                super::play::check_ref(tx, &caller, &standing.project, &job)?;
                if force {
                    standing.require(Ability::MaintainJobs)?;
                }
                process::apply(tx, &mut rings, cause, job.pipeline_id, &Event::Cancel { job: id, force })?;
                let job = jobs::get(tx, id)?.ok_or_else(Error::record)?;
                Ok::<_, Error>((job, rings))
            })
            .await?;
        rings.ring(&self.bells);
        Ok(job)
    }
}

/// A job of a project, bridges not among them.
pub(super) fn of_project(tx: &Tx<'_>, project: pipewright_model::ProjectId, id: JobId) -> Result<Job> {
    let found = jobs::get(tx, id)?.filter(|job| job.project_id == project && job.kind == JobKind::Build);
    found.ok_or_else(Error::record)
}
