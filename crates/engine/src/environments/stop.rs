//! Environments are stopped: by people, or by themselves when their time has come. What stops one is the
//! job its last deployment named with `on_stop`, if there is one that can be started.

use super::Environment;
use super::change::with_project;
use super::list::find;
use crate::access::{self, Ability, ProjectRef};
use crate::jobs::play::check_ref;
use crate::pipelines::process::{self, Cause};
use crate::pipelines::rings::Rings;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{EnvironmentId, Job, Namespace, Project, Status, Timestamp, UserId};
use pipewright_pipeline::Event;
use pipewright_store::{Tx, deployments, environments, jobs};

/// A project's stale environments are older than this, seconds, and younger than [`OLDEST`].
const STALE: i64 = 7 * 86_400;
const OLDEST: i64 = 10 * 31_557_600;

/// The jobs that stop an environment: those the deployments of its last pipeline named.
fn stoppers(tx: &Tx<'_>, environment: &Environment) -> Result<Vec<Job>> {
    let Some(last) = deployments::last_success(tx, environment.id)? else { return Ok(Vec::new()) };
    let Some(job) = last.job_id.map(|id| jobs::get(tx, id)).transpose()?.flatten() else { return Ok(Vec::new()) };
    let group = deployments::successes_of_pipeline(tx, environment.id, job.pipeline_id)?;
    let named: Vec<String> = group.into_iter().filter_map(|deployment| deployment.on_stop).collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let of_pipeline = jobs::of_pipeline(tx, job.pipeline_id)?;
    let stops =
        |job: &Job| !job.retried && named.contains(&job.name) && job.environment.as_ref() == Some(&environment.name);
    Ok(of_pipeline.into_iter().filter(stops).collect())
}

/// Stops an environment: its stopping jobs are started and it is `stopping` until one has ended well, or it
/// is `stopped` at once.
fn stop(tx: &Tx<'_>, rings: &mut Rings, cause: Cause, environment: &mut Environment, force: bool) -> Result<()> {
    if environment.state == "stopped" {
        return Ok(());
    }
    let jobs = if force { Vec::new() } else { stoppers(tx, environment)? };
    let mut state = "stopped";
    for job in &jobs {
        if matches!(job.status, Status::Created | Status::Skipped) {
            continue;
        }
        state = "stopping";
        if !job.status.is_active() && !job.status.is_executing() {
            start(tx, rings, cause, job)?;
        }
    }
    state.clone_into(&mut environment.state);
    environment.auto_stop_at = None;
    environment.updated_at = cause.now;
    Ok(environments::save(tx, environment)?)
}

fn start(tx: &Tx<'_>, rings: &mut Rings, cause: Cause, job: &Job) -> Result<()> {
    let changes = process::apply(tx, rings, cause, job.pipeline_id, &Event::Play(job.id))?;
    let started = changes.attempts.first().map_or(job.id, |attempt| attempt.change.id);
    if cause.actor.is_some() {
        pipewright_store::jobs::set_user(tx, started, cause.actor)?;
    }
    Ok(())
}

impl Engine {
    /// Stops an environment for somebody; developers whom the refs of its stopping jobs do not shut out. `force` leaves its stopping job alone.
    pub async fn stop_environment(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: EnvironmentId,
        force: bool,
    ) -> Result<(Project, Vec<Namespace>, Environment)> {
        let (caller, project) = (caller.clone(), project.clone());
        let cause = Cause { now: self.clock.now(), actor: caller.user().map(|user| user.id) };
        let (found, rings) = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                let standing = access::standing(tx, &caller, &project)?;
                standing.require(Ability::ReadJobs)?;
                let mut environment = find(tx, standing.project.id, id)?;
                standing.require(Ability::UpdateJobs)?;
                // Whoever may not start its stopping jobs may not stop it, nor leave them out.
                for job in stoppers(tx, &environment)? {
                    check_ref(tx, &caller, &standing.project, &job)?;
                }
                stop(tx, &mut rings, cause, &mut environment, force)?;
                Ok::<_, Error>((with_project(tx, standing.project, environment)?, rings))
            })
            .await?;
        rings.ring(&self.bells);
        Ok(found)
    }

    /// Lets all environments stop that were not changed or deployed to since; developers.
    pub async fn stop_stale_environments(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        before: Timestamp,
    ) -> Result<()> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::UpdateJobs)?;
                if before < now.plus_seconds(-OLDEST) || before > now.plus_seconds(-STALE) {
                    return Err(Error::BadRequest("400 Bad request - Invalid Date".to_owned()));
                }
                environments::stop_stale(tx, project.id, before, now)?;
                Ok(())
            })
            .await
    }

    /// Stops environments whose time has come; returns how many.
    pub async fn stop_due_environments_one(&self, limit: i64) -> Result<usize> {
        let now = self.clock.now();
        let due = self.db.read(move |tx| environments::due(tx, now, limit)).await.map_err(Error::from)?;
        for environment in &due {
            // One that cannot be stopped in its own way is stopped without its job, not tried for ever.
            if let Err(error) = self.stop_due(environment.id, false).await {
                tracing::warn!(environment = environment.id.0, %error, "the stopping job was not started");
                self.stop_due(environment.id, true).await?;
            }
        }
        Ok(due.len())
    }

    async fn stop_due(&self, id: EnvironmentId, force: bool) -> Result<()> {
        let now = self.clock.now();
        let rings = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                let found = environments::get(tx, id)?;
                if let Some(mut environment) = found.filter(|found| found.auto_stop_at.is_some_and(|at| at <= now)) {
                    let actor = last_user(tx, id)?;
                    stop(tx, &mut rings, Cause { now, actor }, &mut environment, force)?;
                }
                Ok::<_, Error>(rings)
            })
            .await?;
        rings.ring(&self.bells);
        Ok(())
    }
}

/// In whose name an environment stops by itself: who deployed to it last.
fn last_user(tx: &Tx<'_>, id: EnvironmentId) -> Result<Option<UserId>> {
    Ok(deployments::last_success(tx, id)?.and_then(|last| last.user_id))
}
