//! `POST /jobs/request`: a runner asks for work (runner protocol §4).

use super::candidates::candidates;
use super::dependencies;
use super::finish::{self, End};
use crate::bells;
use crate::environments::reached;
use crate::jobs::payload::{self, Unfit};
use crate::pipelines::process::{self, Cause};
use crate::pipelines::rings::Rings;
use crate::pipelines::rules;
use crate::reading::Moment;
use crate::runners::contact::{Contacted, Machine};
use crate::secrets::digest;
use crate::{Engine, Error, Result};
use pipewright_ci_config::JobPlan;
use pipewright_model::{Job, JobId, RunnerManagerId, Status, Timestamp, TokenDigest, TokenKind, UserState};
use pipewright_pipeline::matching::JobFacts;
use pipewright_pipeline::{Event, FailureReason, features};
use pipewright_store::queue::{self, Claim};
use pipewright_store::{Tx, jobs, pipelines, stages, users};
use pipewright_wire::runner::{JobPayload, JobRequest, feature};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// What a runner is answered.
#[derive(Debug)]
pub enum Answer {
    /// 201: the job.
    Job(Box<JobPayload>),
    /// 204, with the value to send back as `last_update`.
    Nothing(String),
    /// 409: somebody else was faster, and there was nothing else.
    Conflict,
}

/// One look at the queue.
enum Look {
    Claimed(Box<Claimed>),
    Nothing,
    Lost,
}

/// A job that is this runner's now.
struct Claimed {
    job: Job,
    guard: Guard,
    token: String,
}

impl Engine {
    /// Hands out a job. A request that knows the queue's present value is held until there is something
    /// new; the future may be dropped at any time, and a job claimed for it goes back then.
    pub async fn request_job(&self, asked: &JobRequest, ip_address: Option<String>) -> Result<Answer> {
        let machine = Machine { system_id: asked.system_id.as_deref(), info: Some(&asked.info), ip_address };
        // In this order: a job that comes, or a change of the runner, after the listening and the value is heard
        // of, or makes the value an old one; what came before is what is read.
        let mut events = self.bells.listen();
        let mut value = self.bells.queue_value();
        let mut contacted = self.contact(&asked.token, &machine).await?;
        let deadline = Instant::now() + Duration::from_secs(self.limits.long_poll_seconds);
        let may_hold = asked.last_update.as_ref() == Some(&value);
        loop {
            if !contacted.runner.active {
                return Ok(Answer::Nothing(value));
            }
            match self.look(&contacted).await? {
                Look::Claimed(claimed) => {
                    if let Some(payload) = self.hand_out(&contacted, *claimed).await? {
                        return Ok(Answer::Job(Box::new(payload)));
                    }
                    continue;
                }
                Look::Lost => return Ok(Answer::Conflict),
                Look::Nothing => {}
            }
            let now = Instant::now();
            if !may_hold || now >= deadline {
                return Ok(Answer::Nothing(value));
            }
            let again = (now + Duration::from_secs(self.limits.look_again_seconds.max(1))).min(deadline);
            if !wait(&mut events, again, contacted.manager.id).await {
                return Ok(Answer::Nothing(value));
            }
            value = self.bells.queue_value();
            contacted.runner = self.runner_by_token(&asked.token).await?;
        }
    }

    /// A machine showed itself by a call that is no question for work. A question of its own that is held is
    /// answered now: a runner of ours that is about to stop learns so at once whether a job is on its way to it.
    pub fn let_go(&self, shown: &Contacted) {
        self.bells.ring(bells::Event::Machine(shown.manager.id));
    }

    /// Looks for a job, and claims it.
    async fn look(&self, contacted: &Contacted) -> Result<Look> {
        let runner = contacted.runner.clone();
        let candidates = self.db.read(move |tx| candidates(tx, &runner)).await?;
        if candidates.is_empty() {
            return Ok(Look::Nothing);
        }
        // A task of its own: if the runner hangs up now, the claim is seen through and then taken back, so
        // that the two never change places.
        let (engine, by) = (self.clone(), contacted.clone());
        let (answer, answered) = oneshot::channel();
        tokio::spawn(async move {
            // Nobody there to take the answer: what is dropped puts its job back.
            let _ = answer.send(engine.claim(by, candidates).await);
        });
        answered.await.map_err(|_| Error::Internal("a claim ended without an answer".to_owned()))?
    }

    async fn claim(&self, by: Contacted, candidates: Vec<JobId>) -> Result<Look> {
        let token = TokenKind::Job.generate();
        let key = digest(&token);
        let (digest, at) = (key.clone(), self.moment());
        let (claimed, rings) = self.db.write(move |tx| claim_first(tx, at, &by, &digest, &candidates)).await?;
        rings.ring(&self.bells);
        Ok(match claimed {
            Outcome::Claimed(job) => {
                let guard = Guard { engine: Some(self.clone()), token: key };
                Look::Claimed(Box::new(Claimed { job: *job, guard, token }))
            }
            Outcome::Lost => Look::Lost,
            Outcome::Nothing => Look::Nothing,
        })
    }

    /// Makes the payload; a job that has none fails for our reason, and the next one is looked for.
    async fn hand_out(&self, contacted: &Contacted, claimed: Claimed) -> Result<Option<JobPayload>> {
        let mut made = self.payload(&claimed.job, contacted.runner.id, &claimed.token).await;
        if let Ok(payload) = &made
            && let Err(error) = self.note_masked(&claimed.job, &claimed.token, &payload.variables).await
        {
            made = Err(Unfit::Error(error));
        }
        claimed.guard.disarm();
        match made {
            Ok(payload) => Ok(Some(payload)),
            Err(Unfit::Drop(reason)) => {
                self.end_job(&claimed.job, End::because(reason)).await?;
                Ok(None)
            }
            Err(Unfit::Error(error)) => {
                tracing::error!(job = claimed.job.id.0, %error, "a job's payload could not be made");
                self.end_job(&claimed.job, End::because(FailureReason::SchedulerFailure)).await?;
                Ok(None)
            }
        }
    }
}

/// Waits until the queue may have changed; `false` if the question is to be let go.
async fn wait(events: &mut bells::Listener, until: Instant, machine: RunnerManagerId) -> bool {
    let rung = async {
        loop {
            match events.recv().await {
                Ok(bells::Event::Queue) | Err(RecvError::Lagged(_)) => break true,
                Ok(bells::Event::Stopping) | Err(RecvError::Closed) => break false,
                Ok(bells::Event::Machine(shown)) if shown == machine => break false,
                Ok(_) => {}
            }
        }
    };
    // A bell that was lost is made up for by looking again at `until`.
    tokio::time::timeout_at(until, rung).await.unwrap_or(true)
}

/// Puts a claimed job back when its runner hung up before it was told.
struct Guard {
    engine: Option<Engine>,
    token: TokenDigest,
}

impl Guard {
    fn disarm(mut self) {
        self.engine = None;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let (Some(engine), Ok(runtime)) = (self.engine.take(), tokio::runtime::Handle::try_current()) {
            let token = self.token.clone();
            runtime.spawn(async move {
                if let Err(error) = put_back(&engine, token).await {
                    tracing::warn!(%error, "a job whose runner hung up was not put back; it will time out");
                }
            });
        }
    }
}

async fn put_back(engine: &Engine, token: TokenDigest) -> Result<()> {
    let cause = Cause { now: engine.clock.now(), actor: None };
    let rings = engine
        .db
        .write(move |tx| {
            let mut rings = Rings::default();
            if let Some(job) = jobs::by_token(tx, &token)?
                && queue::unclaim(tx, &token, cause.now)?
            {
                rings.queue();
                rings.job_id(job.id);
                reached::moved(tx, &mut rings, &Job { status: Status::Pending, ..job.clone() }, cause.now)?;
                process::apply(tx, &mut rings, cause, job.pipeline_id, &Event::Process)?;
            }
            Ok::<_, Error>(rings)
        })
        .await?;
    rings.ring(&engine.bells);
    Ok(())
}

/// How the claim went.
enum Outcome {
    Claimed(Box<Job>),
    Nothing,
    Lost,
}

/// Claims the first candidate that may be given out. Those that must not be are dropped on the way.
fn claim_first(
    tx: &Tx<'_>,
    at: Moment,
    by: &Contacted,
    token: &TokenDigest,
    candidates: &[JobId],
) -> Result<(Outcome, Rings)> {
    let cause = Cause { now: at.now, actor: None };
    let (mut rings, mut lost) = (Rings::default(), false);
    for id in candidates {
        let Some(mut job) = jobs::get(tx, *id)? else { continue };
        if !JobFacts::from(&job).waits {
            lost = true;
            continue;
        }
        let Some(plan) = process::definition(tx, job.id)? else {
            // Nothing could be handed out, now or later: waiting on would be for ever.
            tracing::error!(job = job.id.0, "a job without a definition fails");
            finish::end(tx, &mut rings, cause, &job, End::because(FailureReason::DataIntegrityFailure), None)?;
            continue;
        };
        let needed = dependencies::of(tx, &job, &plan)?;
        let refusal = if !features::missing(&rules::uses(&plan), &by.manager.features).is_empty() {
            Some(FailureReason::RunnerUnsupported)
        } else if dependencies::is_one_gone(tx, &needed, cause.now)? {
            Some(FailureReason::MissingDependencyFailure)
        } else if at.archives(&job) {
            Some(FailureReason::ArchivedFailure)
        } else if !has_environment(tx, &job, &plan, cause.now)? {
            Some(FailureReason::EnvironmentCreationFailure)
        } else if is_shut_out(tx, &job)? {
            Some(FailureReason::UserBlocked)
        } else {
            None
        };
        if let Some(reason) = refusal {
            finish::end(tx, &mut rings, cause, &job, End::because(reason), None)?;
            continue;
        }
        let claim = Claim {
            job: job.id,
            runner: by.runner.id,
            manager: by.manager.id,
            token: token.clone(),
            cancel_gracefully: by.manager.features.iter().any(|name| name == feature::CANCEL_GRACEFULLY),
            now: cause.now,
        };
        if !queue::claim(tx, &claim)? {
            lost = true;
            continue;
        }
        started(tx, &mut rings, cause, &job)?;
        job.started_at = Some(cause.now);
        job.updated_at = cause.now;
        job.status = Status::Running;
        job.runner_id = Some(by.runner.id);
        job.runner_manager_id = Some(by.manager.id);
        job.timeout = payload::timeout(&job, by.runner.maximum_timeout);
        reached::moved(tx, &mut rings, &job, cause.now)?;
        return Ok((Outcome::Claimed(Box::new(job)), rings));
    }
    Ok((if lost { Outcome::Lost } else { Outcome::Nothing }, rings))
}

/// Whether the environment a job names is there; one that was deleted meanwhile is made again.
fn has_environment(tx: &Tx<'_>, job: &Job, plan: &JobPlan, now: Timestamp) -> Result<bool> {
    let Some(name) = &job.environment else { return Ok(true) };
    let tier = plan.environment.as_ref().and_then(|said| said.deployment_tier.as_deref());
    Ok(reached::named(tx, job.project_id, name, tier, now)?.is_some())
}

/// Whether the user a job runs for may not use the server any more.
fn is_shut_out(tx: &Tx<'_>, job: &Job) -> Result<bool> {
    let user = match job.user_id {
        Some(id) => users::by_id(tx, id)?,
        None => None,
    };
    Ok(user.is_some_and(|user| user.state == UserState::Blocked))
}

/// A running job makes its stage and its pipeline run, whatever else is in them: no need to load them all.
fn started(tx: &Tx<'_>, rings: &mut Rings, cause: Cause, job: &Job) -> Result<()> {
    rings.job_id(job.id);
    stages::set_running(tx, job.stage_id)?;
    if pipelines::set_running(tx, job.pipeline_id, cause.now)? {
        rings.pipeline(job.pipeline_id);
        if let Some(pipeline) = pipelines::get(tx, job.pipeline_id)? {
            process::tell_bridge(tx, rings, cause, &pipeline)?;
        }
    }
    Ok(())
}
