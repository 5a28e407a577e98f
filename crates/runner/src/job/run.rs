//! A job from the moment it was given to its last report.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use pipewright_wire::runner::{FailureReason, JobPayload, Variable};

use super::control::Control;
use super::failure::Failure;
use super::prepare::{prepare, remove};
use super::script::Shell;
use super::shells::Shells;
use super::variables::{Variables, plain};
use super::workspace::Workspace;
use super::{Job, cache, steps, uploads};
use crate::client::{Client, JobStatus, architecture, platform};
use crate::config::RunnerConfig;
use crate::trace::{Ending, JobLog, Masker, Reporter, announce};

/// Timeout of a job whose payload names none.
const USUAL_TIMEOUT: Duration = Duration::from_hours(2);

/// What a job gets from its runner.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) config: Arc<RunnerConfig>,
    pub(crate) client: Client,
    pub(crate) system_id: String,
    /// Which of the runner's jobs this is.
    pub(crate) slot: usize,
    /// Which of the runner's jobs of this project this is; names its folder.
    pub(crate) project_slot: usize,
    /// The job must end now.
    pub(crate) interrupt: CancellationToken,
}

/// Runs a job to its end and reports it.
pub(crate) async fn run_job(given: Given, payload: JobPayload) {
    let (id, token) = (payload.id, payload.token.clone());
    let known = payload.features.failure_reasons.clone();
    let first = announce(&given.client, id, &token).await;
    if first == JobStatus::Gone {
        tracing::info!(job = id, "the job was gone before it began");
        return;
    }
    let place = Workspace::new(&given.config, &payload, given.project_slot);
    let (place, problem) = match place {
        Ok(place) => (place, None),
        Err(why) => (Workspace::default(), Some(Failure::System(why))),
    };
    let (variables, place, problem) = with_variables(&given, &payload, place, problem);
    let masker = Masker::new(secrets(&payload, &variables), &payload.features.token_mask_prefixes);
    let log = match JobLog::new(masker, given.config.log_limit) {
        Ok(log) => log,
        Err(error) => return give_up(&given, id, token, &error).await,
    };
    let debug = matches!(variables.get("CI_DEBUG_TRACE"), Some("true" | "1"));
    let (reporter, wanted) = Reporter::start(given.client.clone(), log.clone(), (id, token), debug, &given.config);
    let job = Job {
        shell: Shell::find(&given.config),
        shells: Shells::new(&given.config, log.clone()),
        control: Control::new(wanted),
        config: given.config.clone(),
        client: given.client.clone(),
        payload,
        log,
        variables,
        place,
    };
    greet(&job, &given.system_id);
    let result = match (problem, first) {
        (Some(problem), _) => Err(problem),
        (None, JobStatus::Canceling) => Err(Failure::Canceled),
        (None, _) => supervise(&job, &given.interrupt).await,
    };
    let ending = conclude(&job, result, &known, first).await;
    reporter.finish(ending).await;
}

/// Variables, and the place as they move it.
fn with_variables(
    given: &Given,
    payload: &JobPayload,
    place: Workspace,
    problem: Option<Failure>,
) -> (Variables, Workspace, Option<Failure>) {
    let variables = Variables::new(&list(given, payload, &place), &place.temporary);
    let Some(moved) = variables.filled("GIT_CLONE_PATH") else {
        return (variables, place, problem);
    };
    match place.moved_to(moved) {
        Ok(place) => {
            let variables = Variables::new(&list(given, payload, &place), &place.temporary);
            (variables, place, problem)
        }
        Err(why) => (variables, place, problem.or(Some(Failure::Configuration(why)))),
    }
}

/// The runner's variables around the server's, in the order of runner protocol §11.2.
fn list(given: &Given, payload: &JobPayload, place: &Workspace) -> Vec<Variable> {
    let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let mut all = vec![
        plain("CI_BUILDS_DIR", text(&place.root)),
        plain("CI_PROJECT_DIR", text(&place.project)),
        plain("CI_CONCURRENT_ID", given.slot.to_string()),
        plain("CI_CONCURRENT_PROJECT_ID", given.project_slot.to_string()),
        plain("CI_SERVER", "yes"),
        plain("CI_JOB_STATUS", "running"),
        plain("CI_JOB_TIMEOUT", timeout(payload).as_secs().to_string()),
        plain("CI_RUNNER_SHORT_TOKEN", given.config.short_token()),
    ];
    if let Some(image) = payload.image.as_ref().filter(|image| !image.name.is_empty()) {
        all.insert(0, plain("CI_JOB_IMAGE", image.name.clone()));
    }
    all.extend(payload.variables.iter().cloned());
    let machine = format!("{}/{}", platform(), architecture());
    all.extend([
        plain("CI_SHARED_ENVIRONMENT", "true"),
        plain("CI_RUNNER_VERSION", env!("CARGO_PKG_VERSION")),
        plain("CI_RUNNER_REVISION", "release"),
        plain("CI_RUNNER_EXECUTABLE_ARCH", machine),
        plain("RUNNER_TEMP_PROJECT_DIR", text(&place.temporary)),
    ]);
    all
}

/// Everything that must not be seen in the log.
fn secrets(payload: &JobPayload, variables: &Variables) -> Vec<Vec<u8>> {
    let mut all: Vec<String> = variables.secrets.clone();
    all.push(payload.token.clone());
    all.extend(payload.dependencies.iter().map(|d| d.token.clone()));
    all.extend(payload.credentials.iter().map(|c| c.password.clone()));
    all.into_iter().map(String::into_bytes).collect()
}

fn timeout(payload: &JobPayload) -> Duration {
    match u64::try_from(payload.runner_info.timeout) {
        Ok(seconds @ 1..) => Duration::from_secs(seconds),
        _ => USUAL_TIMEOUT,
    }
}

fn greet(job: &Job, system_id: &str) {
    let version = env!("CARGO_PKG_VERSION");
    job.log.line(&format!("Running with pipewright-runner {version}"));
    let (name, short) = (&job.config.name, job.config.short_token());
    job.log.line(&format!("  on {name} {short}, system ID: {system_id}"));
}

/// The stages, until they end or something ends them.
async fn supervise(job: &Job, interrupt: &CancellationToken) -> Result<(), Failure> {
    let limit = timeout(&job.payload);
    tokio::select! {
        biased;
        () = job.control.gone() => Err(Failure::Gone),
        () = interrupt.cancelled() => Err(Failure::Interrupted),
        () = tokio::time::sleep(limit) => Err(Failure::Timeout(limit)),
        result = stages(job) => result,
    }
}

async fn stages(job: &Job) -> Result<(), Failure> {
    let prepared = tokio::select! {
        biased;
        // Nothing of the job's own has run yet: there is nothing to clean up after.
        () = job.control.canceling() => return Err(Failure::Canceled),
        prepared = prepare(job) => prepared,
    };
    let result = match prepared {
        Ok(()) => {
            let result = steps::script(job).await;
            steps::after_script(job, &result).await;
            result
        }
        Err(failure) => Err(failure),
    };
    cache::save(job, result.is_ok()).await;
    let uploaded = uploads::upload(job, result.is_ok()).await;
    result.and(uploaded)
}

/// Ends the job's processes, removes what held its secrets, and says the last word.
async fn conclude(job: &Job, result: Result<(), Failure>, known: &[String], first: JobStatus) -> Ending {
    job.shells.close().await;
    if !job.place.temporary.as_os_str().is_empty() {
        let _section = job.section("cleanup_file_variables", "Cleaning up project directory and file based variables");
        if let Err(error) = remove(&job.place.temporary) {
            job.log.warn(&format!("{}: {error}", job.place.temporary.display()));
        }
    }
    let result = match (result, job.log.trouble()) {
        (Ok(()), Some(why)) => Err(Failure::System(why)),
        (result, _) => result,
    };
    match result {
        Ok(()) => {
            job.log.green("Job succeeded");
            Ending::default()
        }
        Err(failure) => {
            tracing::info!(job = job.payload.id, ?failure, "job failed");
            job.log.error(&failure.sentence());
            // A job cancelled before its first report is named so whatever the server knows (§6.1).
            let raw = [FailureReason::JobCanceled.as_str().to_owned()];
            let early = first == JobStatus::Canceling;
            failure.ending(if early { &raw } else { known })
        }
    }
}

/// Reports a job that could not even have a log.
async fn give_up(given: &Given, id: i64, token: String, error: &std::io::Error) {
    tracing::error!(job = id, %error, "no log can be kept for the job");
    // With no room for a log, one kept in memory of nothing must do: only the end is reported.
    let update = pipewright_wire::runner::JobUpdate {
        token: Some(token),
        state: Some("failed".to_owned()),
        failure_reason: Some(FailureReason::RunnerSystemFailure.as_str().to_owned()),
        ..Default::default()
    };
    if let Err(error) = given.client.update(id, update).await {
        tracing::error!(job = id, %error, "the end of the job could not be reported");
    }
}
