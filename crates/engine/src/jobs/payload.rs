//! The job as a runner is given it: the body of a 201 (runner protocol §5).

use super::payload_parts as parts;
use super::predefined::Surroundings;
use super::variables::{self, Ingredients};
use super::{dependencies, inputs, kept_secrets};
use crate::pipelines::process;
use crate::projects::variables::for_job;
use crate::secrets::Secrets;
use crate::{Engine, Error, Result};
use pipewright_model::{Job, RunnerId, Timestamp};
use pipewright_pipeline::FailureReason;
use pipewright_store::dependencies::Dependency;
use pipewright_store::{
    Tx, commits, environments, jobs, namespaces, pipeline_variables, pipelines, projects, runners, settings, users,
};
use pipewright_wire::runner::{JobInfo, JobPayload, RunnerLimits};

/// Everything a payload is made of.
struct Facts {
    from: Ingredients,
    dependencies: Vec<Dependency>,
    running_on_instance: i64,
    queue_size: i64,
    instance_id: String,
    /// Inputs it was played with, sealed.
    inputs: Option<Vec<u8>>,
}

impl Engine {
    /// The payload of a job that was just claimed.
    pub(crate) async fn payload(&self, job: &Job, runner: RunnerId, token: &str) -> Result<JobPayload, Unfit> {
        let (job, url, secrets) = (job.clone(), self.external_url.clone(), self.secrets.clone());
        let mut facts = self.db.read(move |tx| read(tx, &secrets, &job, runner, &url)).await?;
        let started = facts.from.job.started_at.unwrap_or_else(|| self.clock.now());
        let mut variables = variables::of_job(&self.secrets, &facts.from, token, started)?;
        let from = &facts.from;
        let tokens = self.id_tokens(from, &variables, token, started).await?;
        // Weaker than all that people set.
        variables.splice(0..0, tokens);
        let user = from.around.user.as_ref();
        let more =
            self.cross_dependencies(&from.job, &from.plan, &variables, user).await.map_err(|error| match error {
                Error::NotFound(_) | Error::Moved(_) => Unfit::Drop(FailureReason::MissingDependencyFailure),
                other => Unfit::Error(other),
            })?;
        facts.dependencies.extend(more);
        let kept = kept_secrets::of_job(&facts.from.plan, &variables)
            .map_err(|_| Unfit::Drop(FailureReason::SecretsProviderNotFound))?;
        let given = facts.inputs.as_deref().map(|sealed| inputs::open(&self.secrets, sealed)).transpose()?;
        let inputs = inputs::of_payload(&facts.from.plan, &given.unwrap_or_default());
        Ok(JobPayload { secrets: kept, inputs, ..build(&facts, variables, token, started) })
    }
}

/// Why a claimed job cannot be handed out.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// It fails for this reason.
    Drop(FailureReason),
    /// Ours.
    Error(Error),
}

impl From<Error> for Unfit {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What a job's variables are made of.
pub(crate) fn ingredients(
    tx: &Tx<'_>,
    secrets: &Secrets,
    job: &Job,
    runner: Option<RunnerId>,
    url: &str,
) -> Result<Ingredients> {
    let gone = |what: &str| Error::Internal(format!("the {what} of job {} is gone", job.id));
    let plan = process::definition(tx, job.id)?.ok_or_else(|| gone("definition"))?;
    let project = projects::by_id(tx, job.project_id)?.ok_or_else(|| gone("project"))?;
    let pipeline = pipelines::get(tx, job.pipeline_id)?.ok_or_else(|| gone("pipeline"))?;
    let chain = namespaces::chain(tx, project.namespace_id)?;
    let sources: Vec<_> = dependencies::of(tx, job, &plan)?.iter().map(|dependency| dependency.job_id).collect();
    let user = match job.user_id.or(pipeline.user_id) {
        Some(id) => users::by_id(tx, id)?,
        None => None,
    };
    let commit = commits::by_sha(tx, project.id, &pipeline.sha)?;
    Ok(Ingredients {
        environment: match &job.environment {
            Some(name) => environments::by_name(tx, project.id, name)?,
            None => None,
        },
        runner: match runner {
            Some(id) => runners::get(tx, id)?,
            None => None,
        },
        configured: for_job(tx, secrets, &project, job.protected, job.environment.as_deref())?,
        pipeline: pipeline_variables::of_pipeline(tx, pipeline.id)?,
        outputs: jobs::outputs(tx, &sources)?.into_iter().map(|(_, key, value)| (key, value)).collect(),
        played: jobs::played_variables(tx, job.id)?,
        around: Surroundings { external_url: url.to_owned(), project, chain, pipeline, commit, user },
        job: job.clone(),
        plan,
    })
}

fn read(tx: &Tx<'_>, secrets: &Secrets, job: &Job, runner: RunnerId, url: &str) -> Result<Facts> {
    let from = ingredients(tx, secrets, job, Some(runner), url)?;
    let dependencies = dependencies::of(tx, job, &from.plan)?;
    let running = pipewright_store::queue::running_on_instance_runners(tx)?;
    let project = from.around.project.id;
    let running_on_instance = running.iter().find(|(id, _)| *id == project).map_or(0, |(_, count)| *count);
    Ok(Facts {
        from,
        dependencies,
        running_on_instance,
        queue_size: pipewright_store::queue::size(tx)?,
        inputs: jobs::played_inputs(tx, job.id)?,
        instance_id: settings::get(tx, "instance_id")?.unwrap_or_else(|| "pipewright".to_owned()),
    })
}

fn build(
    facts: &Facts,
    variables: Vec<pipewright_wire::runner::Variable>,
    token: &str,
    started: Timestamp,
) -> JobPayload {
    let from = &facts.from;
    let (job, plan, around) = (&from.job, &from.plan, &from.around);
    let timeout = timeout(job, from.runner.as_ref().and_then(|runner| runner.maximum_timeout));
    JobPayload {
        id: job.id.0,
        token: token.to_owned(),
        allow_git_fetch: around.project.settings.build_allow_git_fetch,
        job_info: job_info(facts, started),
        git_info: parts::git_info(around, &variables, token),
        runner_info: RunnerLimits { timeout, runner_session_url: None, uuid: None },
        inputs: Vec::new(),
        secrets: None,
        steps: parts::steps(plan, timeout),
        run: plan.run.clone(),
        image: plan.image.as_ref().map(parts::image),
        services: plan.services.iter().map(parts::service).collect(),
        artifacts: parts::artifacts(plan, &variables),
        cache: parts::caches(plan, job.protected),
        credentials: Vec::new(),
        dependencies: facts.dependencies.iter().map(|dependency| parts::dependency(dependency, token)).collect(),
        features: parts::features(),
        hooks: parts::hooks(plan),
        variables,
    }
}

/// Seconds a job may run on a runner.
pub fn timeout(job: &Job, runner_maximum: Option<i64>) -> i64 {
    runner_maximum.filter(|maximum| *maximum > 0).map_or(job.timeout, |maximum| maximum.min(job.timeout))
}

fn job_info(facts: &Facts, started: Timestamp) -> JobInfo {
    let (job, around) = (&facts.from.job, &facts.from.around);
    let project = &around.project;
    JobInfo {
        id: job.id.0,
        name: job.name.clone(),
        stage: job.stage.clone(),
        pipeline_id: job.pipeline_id.0,
        project_id: project.id.0,
        project_name: project.name.clone(),
        project_full_path: project.full_path.clone(),
        namespace_id: project.namespace_id.0,
        root_namespace_id: around.chain.first().map_or(project.namespace_id.0, |root| root.id.0),
        organization_id: 1,
        instance_id: facts.instance_id.clone(),
        instance_uuid: facts.instance_id.clone(),
        user_id: around.user.as_ref().map(|user| user.id.0),
        scoped_user_id: None,
        time_in_queue_seconds: job.queued_at.map_or(0.0, |queued| started.seconds_since(queued).max(0.0)),
        // The job itself is among those that run.
        project_jobs_running_on_instance_runners_count: (facts.running_on_instance - 1).max(0).to_string(),
        queue_size: facts.queue_size,
        queue_depth: 0,
    }
}
