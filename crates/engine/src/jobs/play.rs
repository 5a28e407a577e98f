//! Somebody presses play (Jobs API contract §6.6, §10.4).

use super::inputs::{self, GivenInputs};
use super::variables::{GivenVariable, check_given, seal_played};
use crate::access::{Ability, ProjectRef, Standing, may_update_job_ref, standing};
use crate::pipelines::process::{self, Cause};
use crate::pipelines::rings::Rings;
use crate::reading::Moment;
use crate::secrets::Secrets;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{AccessLevel, Job, JobId, JobKind, Project};
use pipewright_pipeline::Event;
use pipewright_store::{Tx, jobs};

/// 403 where the job's protected branch or tag shuts the caller out (Jobs API contract §3.4).
pub(crate) fn check_ref(tx: &Tx<'_>, caller: &Caller, project: &Project, job: &Job) -> Result<()> {
    let user = caller.require_user()?;
    if may_update_job_ref(tx, user, project, &job.ref_name, job.tag)? { Ok(()) } else { Err(Error::forbidden()) }
}

/// 403 where the job is too old to be started or erased again (Jobs API contract §3.4).
pub(super) fn check_age(job: &Job, at: Moment) -> Result<()> {
    if at.archives(job) { Err(Error::forbidden()) } else { Ok(()) }
}

/// Whether a caller may give variables (`ci_pipeline_variables_minimum_override_role`).
pub(crate) fn may_give_variables(standing: &Standing) -> bool {
    let least = match standing.project.settings.ci_pipeline_variables_minimum_override_role.as_str() {
        "no_one_allowed" => return false,
        "owner" => AccessLevel::Owner,
        "maintainer" => AccessLevel::Maintainer,
        _ => AccessLevel::Developer,
    };
    standing.role >= least
}

/// Gives a job that is started inputs, on top of those it has from its last attempt.
pub(super) fn give_inputs(tx: &Tx<'_>, secrets: &Secrets, id: JobId, given: &GivenInputs) -> Result<()> {
    if given.is_empty() {
        return Ok(());
    }
    let plan = process::definition(tx, id)?.ok_or_else(Error::record)?;
    inputs::check(&plan, given)?;
    let mut all = match jobs::played_inputs(tx, id)? {
        Some(sealed) => inputs::open(secrets, &sealed)?,
        None => GivenInputs::new(),
    };
    all.extend(given.clone());
    Ok(jobs::set_played_inputs(tx, id, &inputs::seal(secrets, &all))?)
}

impl Engine {
    /// Starts a manual or delayed job, or retries an ended one; returns the job that starts.
    pub async fn play_job(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: JobId,
        given: &[GivenVariable],
        inputs: GivenInputs,
    ) -> Result<Job> {
        check_given(given)?;
        let secrets = self.secrets.clone();
        let sealed = if given.is_empty() { None } else { Some(seal_played(&self.secrets, given)?) };
        let (caller, project, at) = (caller.clone(), project.clone(), self.moment());
        let cause = Cause { now: self.clock.now(), actor: caller.user().map(|user| user.id) };
        let (job, rings) = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                let standing = standing(tx, &caller, &project)?;
                standing.require(Ability::ReadJobs)?;
                let job = jobs::get(tx, id)?
                    .filter(|job| job.project_id == standing.project.id && job.kind != JobKind::Status);
                let job = job.ok_or_else(Error::record)?;
                standing.require(Ability::UpdateJobs)?;
                check_ref(tx, &caller, &standing.project, &job)?;
                check_age(&job, at)?;
                let changes = process::apply(tx, &mut rings, cause, job.pipeline_id, &Event::Play(id))?;
                // Whether it can be played at all is told first (§3.5); an error here undoes that it was.
                if sealed.is_some() && !may_give_variables(&standing) {
                    return Err(Error::forbidden());
                }
                let started = changes.attempts.first().map_or(id, |attempt| attempt.change.id);
                if let Some(sealed) = &sealed {
                    jobs::set_played_variables(tx, started, sealed)?;
                }
                give_inputs(tx, &secrets, started, &inputs)?;
                jobs::set_user(tx, started, cause.actor)?;
                let job = jobs::get(tx, started)?.ok_or_else(Error::record)?;
                Ok::<_, Error>((job, rings))
            })
            .await?;
        rings.ring(&self.bells);
        Ok(job)
    }
}
