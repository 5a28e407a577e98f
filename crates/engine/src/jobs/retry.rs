//! A new attempt of an ended job (Jobs API contract §6.4, §10.3).

use super::inputs::GivenInputs;
use crate::access::{Ability, ProjectRef, standing};
use crate::pipelines::process::{self, Cause};
use crate::pipelines::rings::Rings;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{Job, JobId, JobKind};
use pipewright_pipeline::Event;
use pipewright_store::jobs;

impl Engine {
    /// Retries a job or bridge, perhaps with other inputs; returns the new attempt.
    pub async fn retry_job(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: JobId,
        inputs: GivenInputs,
    ) -> Result<Job> {
        let secrets = self.secrets.clone();
        let (caller, project, at) = (caller.clone(), project.clone(), self.moment());
        let cause = Cause { now: self.clock.now(), actor: caller.user().map(|user| user.id) };
        let (job, rings) = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                let standing = standing(tx, &caller, &project)?;
                let job = jobs::get(tx, id)?
                    .filter(|job| job.project_id == standing.project.id && job.kind != JobKind::Status);
                let job = job.ok_or_else(Error::record)?;
                standing.require(Ability::UpdateJobs)?;
                super::play::check_ref(tx, &caller, &standing.project, &job)?;
                super::play::check_age(&job, at)?;
                let changes = process::apply(tx, &mut rings, cause, job.pipeline_id, &Event::RetryJob(id))?;
                let made = changes.attempts.first().map_or(id, |attempt| attempt.change.id);
                super::play::give_inputs(tx, &secrets, made, &inputs)?;
                let job = jobs::get(tx, made)?.ok_or_else(Error::record)?;
                Ok::<_, Error>((job, rings))
            })
            .await?;
        rings.ring(&self.bells);
        Ok(job)
    }
}
