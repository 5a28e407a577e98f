//! What the pipeline does to environments: makes them, follows the jobs that deploy, and sets what a job
//! that ended well said of them.

use super::Environment;
use super::change::{fresh, is_url};
use super::{Deployment, names};
use crate::jobs::payload;
use crate::jobs::variables::{self, Ingredients};
use crate::pipelines::process;
use crate::pipelines::rings::Rings;
use crate::work::{self, Taken, Work};
use crate::{Engine, Error, Result};
use pipewright_ci_config::duration;
use pipewright_model::{DeploymentId, Job, JobId, ProjectId, Status, Timestamp};
use pipewright_store::{Tx, deployments, environments, jobs, pipelines};

/// The environment of that name, made if the project has none; `None` if it cannot be a name.
pub(crate) fn named(
    tx: &Tx<'_>,
    project: ProjectId,
    name: &str,
    tier: Option<&str>,
    now: Timestamp,
) -> Result<Option<Environment>> {
    if let Some(known) = environments::by_name(tx, project, name)? {
        return Ok(Some(known));
    }
    if !names::is_name(name) {
        return Ok(None);
    }
    Ok(Some(environments::insert(tx, &fresh(project, name, tier, now))?))
}

/// A job's status is now what its record says: its deployment follows, and a job that ended well changes its
/// environment.
pub(crate) fn moved(tx: &Tx<'_>, rings: &mut Rings, job: &Job, now: Timestamp) -> Result<()> {
    let Some(name) = &job.environment else { return Ok(()) };
    let Some(said) = process::definition(tx, job.id)?.and_then(|plan| plan.environment) else { return Ok(()) };
    let starts = matches!(said.action.as_str(), "" | "start");
    if starts {
        follow(tx, job, name, said.deployment_tier.as_deref(), said.on_stop.as_deref(), now)?;
    }
    if job.status != Status::Success {
        return Ok(());
    }
    let Some(mut environment) = environments::by_name(tx, job.project_id, name)? else { return Ok(()) };
    match said.action.as_str() {
        "stop" => {
            "stopped".clone_into(&mut environment.state);
            environment.auto_stop_at = None;
        }
        _ if starts => "available".clone_into(&mut environment.state),
        _ => {}
    }
    environment.updated_at = now;
    environments::save(tx, &environment)?;
    if starts || (said.action != "stop" && said.auto_stop_in.is_some()) {
        work::enqueue(tx, &Work::UpdateEnvironment { job_id: job.id }, now)?;
        rings.work();
    }
    Ok(())
}

/// A deployment's word for its job's status; `None` before there is one.
fn word(status: Status) -> Option<&'static str> {
    Some(match status {
        Status::Created => return None,
        Status::Running | Status::Canceling => "running",
        Status::Success => "success",
        Status::Failed => "failed",
        Status::Canceled => "canceled",
        Status::Skipped => "skipped",
        _ => "created",
    })
}

/// Makes the job's deployment when its turn has come, and keeps it where the job stands.
fn follow(tx: &Tx<'_>, job: &Job, name: &str, tier: Option<&str>, on_stop: Option<&str>, now: Timestamp) -> Result<()> {
    if let Some(known) = deployments::of_job(tx, job.id)? {
        // A skipped job may be brought back.
        let word = word(job.status).unwrap_or("created");
        return Ok(deployments::set_status(tx, known.id, word, job.user_id, now)?);
    }
    let Some(word) = word(job.status).filter(|_| !matches!(job.status, Status::Skipped | Status::Canceled)) else {
        return Ok(());
    };
    let Some(environment) = named(tx, job.project_id, name, tier, now)? else { return Ok(()) };
    let Some(pipeline) = pipelines::get(tx, job.pipeline_id)? else { return Ok(()) };
    let new = Deployment {
        id: DeploymentId(0),
        iid: 0,
        project_id: job.project_id,
        environment_id: environment.id,
        job_id: Some(job.id),
        user_id: job.user_id,
        ref_name: job.ref_name.clone(),
        tag: job.tag,
        sha: pipeline.sha,
        status: word.to_owned(),
        on_stop: on_stop.map(ToOwned::to_owned),
        created_at: now,
        updated_at: now,
        finished_at: job.status.is_complete().then_some(now),
    };
    deployments::insert(tx, &new)?;
    Ok(())
}

impl Engine {
    /// Sets address, tier and end of the environment of a job that ended well, as its file says, the job's
    /// own dotenv variables put in. An older deployment does not undo what a newer one set.
    pub async fn apply_environment(&self, id: JobId, taken: &Taken) -> Result<()> {
        let (url, secrets) = (self.external_url.clone(), self.secrets.clone());
        let read = self
            .db
            .read(move |tx| {
                let Some(job) = jobs::get(tx, id)?.filter(|job| job.status == Status::Success) else {
                    return Ok(None);
                };
                let mut from = payload::ingredients(tx, &secrets, &job, job.runner_id, &url)?;
                let own = jobs::outputs(tx, &[id])?;
                from.outputs.extend(own.into_iter().map(|(_, key, value)| (key, value)));
                Ok::<_, Error>(Some(from))
            })
            .await?;
        let Some(from) = read else { return self.drop_work(taken).await };
        let (taken, now) = (taken.clone(), self.clock.now());
        let said = Said::of(self, &from)?;
        self.db
            .write(move |tx| {
                work::done(tx, &taken)?;
                let Some(mut environment) = environments::by_name(
                    tx,
                    from.job.project_id,
                    from.job.environment.as_deref().unwrap_or_default(),
                )?
                else {
                    return Ok(());
                };
                let newest = deployments::last_success(tx, environment.id)?.and_then(|last| last.job_id);
                if environment.state != "available" || (said.starts && newest != Some(id)) {
                    return Ok(());
                }
                said.apply(&mut environment, now);
                Ok(environments::save(tx, &environment)?)
            })
            .await
    }
}

/// When an environment stops by itself.
#[derive(Clone, Copy)]
enum AutoStop {
    /// Not said: as before.
    Unsaid,
    /// Said, and no time.
    Never,
    /// After these seconds.
    After(i64),
}

impl AutoStop {
    fn of(said: Option<String>) -> Self {
        said.map_or(Self::Unsaid, |text| duration::parse(&text).map_or(Self::Never, Self::After))
    }
}

/// What a job's file says of its environment, variables put in.
#[derive(Clone)]
struct Said {
    starts: bool,
    url: Option<String>,
    auto_stop: AutoStop,
    tier: Option<String>,
}

impl Said {
    fn of(engine: &Engine, from: &Ingredients) -> Result<Self> {
        let said = from.plan.environment.clone().unwrap_or_default();
        let started = from.job.started_at.unwrap_or(from.job.created_at);
        let all = variables::of_job(&engine.secrets, from, "", started)?;
        let expanded = |text: &String| variables::expanded(text, &all);
        Ok(Self {
            starts: matches!(said.action.as_str(), "" | "start"),
            url: said.url.as_ref().map(expanded).filter(|url| is_url(url)),
            auto_stop: AutoStop::of(said.auto_stop_in.as_ref().map(expanded)),
            tier: said.deployment_tier.clone(),
        })
    }

    fn apply(&self, environment: &mut Environment, now: Timestamp) {
        if self.starts {
            if let Some(url) = &self.url {
                environment.external_url = Some(url.clone());
            }
            if let Some(tier) = &self.tier {
                environment.tier.clone_from(tier);
            }
        }
        match self.auto_stop {
            AutoStop::Unsaid => {}
            AutoStop::Never => environment.auto_stop_at = None,
            AutoStop::After(seconds) => environment.auto_stop_at = Some(now.plus_seconds(seconds)),
        }
    }
}
