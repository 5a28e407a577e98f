//! What the server does by itself. Each pass finds in the database what is to be done and does some of it;
//! the loops only wait and log. What a bell missed, the next tick finds (design, invariant 1).

use crate::bells::Event;
use crate::jobs::candidates::would_take;
use crate::jobs::finish::End;
use crate::pipelines::process::{self, Cause};
use crate::pipelines::rings::Rings;
use crate::work::{Taken, Work};
use crate::{Engine, Error, Result};
use futures::FutureExt;
use pipewright_model::runner::{RunnerStatus, contact_status};
use pipewright_model::{Job, JobId, Status, Timestamp};
use pipewright_pipeline::{Event as Machine, FailureReason};
use pipewright_store::runners::RunnersOf;
use pipewright_store::{Tx, blob_deletions, queue, runners};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::{broadcast::error::RecvError, watch};

/// Pieces of work dealt with at once.
const WORKERS: usize = 2;
/// Between two looks for work that no bell rang for.
const WORK_PAUSE: Duration = Duration::from_secs(5);
/// Between two looks at delayed jobs.
const SECOND: Duration = Duration::from_secs(1);
/// Looks at delayed jobs between two looks at everything slower.
const SLOW_EVERY: u32 = 15;
/// Seconds after a start before a runner's silence counts.
const RETURN_SECONDS: i64 = 120;
/// Rows dealt with in one pass.
const SOME: i64 = 100;

impl Engine {
    /// Runs until told to stop; then requests that are held are let go, and what is under way is finished.
    pub async fn run_background(&self, mut stopped: watch::Receiver<bool>) {
        log("work of a dead server", self.release_work().await);
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..WORKERS {
            tasks.spawn(self.clone().work_loop(stopped.clone()));
        }
        tasks.spawn(self.clone().clock_loop(stopped.clone()));
        tasks.spawn(self.clone().bytes_loop(stopped.clone()));
        tasks.spawn(self.clone().housekeeping_loop(stopped.clone()));
        let _ = stopped.wait_for(|stopped| *stopped).await;
        self.bells.ring(Event::Stopping);
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a background task ended badly");
                if let Ok(panic) = error.try_into_panic() {
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }

    /// The embedded database has one server at a time, so what is marked as taken when it starts was taken by
    /// one that died: waiting for the lease to end would only delay its pipelines.
    async fn release_work(&self) -> Result<usize> {
        if !self.db.is_embedded() {
            return Ok(0);
        }
        let now = self.clock.now();
        Ok(self.db.write(move |tx| pipewright_store::work::release_all(tx, now)).await?)
    }

    async fn work_loop(self, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            match Box::pin(caught(self.work_one())).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "a piece of work could not be taken"),
            }
            tokio::select! {
                () = self.bells.work() => {}
                () = tokio::time::sleep(WORK_PAUSE) => {}
                _ = stopped.changed() => {}
            }
        }
    }

    async fn clock_loop(self, mut stopped: watch::Receiver<bool>) {
        let mut round = 0;
        // Runners that could not call while the server was down are to have the time to.
        let heard_from = self.clock.now().plus_seconds(RETURN_SECONDS);
        while !*stopped.borrow() {
            log("delayed jobs", caught(self.due_jobs_one()).await);
            if round % SLOW_EVERY == 0 {
                if self.clock.now() >= heard_from {
                    log("lost runners", caught(self.lost_runners_one()).await);
                }
                log("timeouts", caught(self.timeouts_one()).await);
                log("jobs nobody takes", caught(self.stuck_jobs_one()).await);
                log("ended memberships", caught(self.expire_members_one()).await);
                log("environments that stop", caught(self.stop_due_environments_one(SOME)).await);
                log("expired artifacts", caught(self.expire_artifacts_one(self.clock.now(), SOME)).await);
            }
            round += 1;
            tokio::select! {
                () = tokio::time::sleep(SECOND) => {}
                _ = stopped.changed() => {}
            }
        }
    }

    async fn bytes_loop(self, mut stopped: watch::Receiver<bool>) {
        let mut events = self.bells.listen();
        while !*stopped.borrow() {
            log("finished logs", caught(self.archive_traces_one()).await);
            log("deleted bytes", caught(self.delete_bytes_one()).await);
            let job = async {
                loop {
                    match events.recv().await {
                        Ok(Event::Job(_)) | Err(RecvError::Lagged(_)) => break,
                        Ok(_) => {}
                        Err(RecvError::Closed) => std::future::pending().await,
                    }
                }
            };
            tokio::select! {
                () = job => {}
                () = tokio::time::sleep(SECOND * SLOW_EVERY) => {}
                _ = stopped.changed() => {}
            }
        }
    }

    /// Deals with the piece of work that is due longest; `false` if there was none.
    pub async fn work_one(&self) -> Result<bool> {
        let Some(taken) = self.take_work().await? else { return Ok(false) };
        if let Err(error) = self.deal_with(&taken).await {
            // Not the payload: push options may hold secrets.
            tracing::error!(work = taken.row.id, kind = taken.row.kind, %error, "a piece of work failed; it is tried again later");
            self.put_off(taken).await?;
        }
        Ok(true)
    }

    async fn deal_with(&self, taken: &Taken) -> Result<()> {
        match &taken.work {
            Work::Push(push) => self.pipeline_for_push(push, taken).await,
            Work::MoveRefs(announced) => self.look_for_moved_refs(announced, taken).await,
            Work::StartPipeline { pipeline_id } => self.start_saved_pipeline(*pipeline_id, taken).await,
            Work::StartDownstream { job_id } => self.start_downstream(*job_id, taken).await,
            Work::MirrorPipeline { job_id } => self.mirror_pipeline(*job_id, taken).await,
            Work::UpdateEnvironment { job_id } => self.apply_environment(*job_id, taken).await,
            Work::ReadAgentConfigs { project_id } => self.read_agent_configs(*project_id, taken).await,
            Work::RemoveProject { project_id } => self.remove_project(taken.clone(), *project_id).await,
        }
    }

    /// Delayed jobs whose time has come go to the queue; returns how many.
    pub async fn due_jobs_one(&self) -> Result<usize> {
        let now = self.clock.now();
        let due = self.db.read(move |tx| queue::due(tx, now, SOME)).await.map_err(Error::from)?;
        for job in &due {
            self.apply_to(job, Machine::Due(job.id)).await?;
        }
        Ok(due.len())
    }

    /// Applies an event to a job that still has the status it was seen with.
    async fn apply_to(&self, seen: &Job, event: Machine) -> Result<()> {
        let cause = Cause { now: self.clock.now(), actor: None };
        let seen = seen.clone();
        let rings = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                let job = pipewright_store::jobs::get(tx, seen.id)?;
                if job.is_some_and(|job| job.status == seen.status) {
                    process::apply(tx, &mut rings, cause, seen.pipeline_id, &event)?;
                }
                Ok::<_, Error>(rings)
            })
            .await?;
        rings.ring(&self.bells);
        Ok(())
    }

    /// Jobs whose runner has been silent too long are given up; returns how many.
    pub async fn lost_runners_one(&self) -> Result<usize> {
        let since = self.clock.now().plus_seconds(-self.limits.silence_seconds);
        let silent = self.db.read(move |tx| queue::silent(tx, since, SOME)).await.map_err(Error::from)?;
        let reason = |status| match status {
            Status::Canceling => FailureReason::NoUpdatesCanceling,
            _ => FailureReason::NoUpdatesRunning,
        };
        Ok(self.end_each(silent.into_iter().map(|job| (reason(job.status), job)).collect()).await)
    }

    /// Ends jobs; one that cannot be ended does not keep the others. Returns how many were.
    async fn end_each(&self, jobs: Vec<(FailureReason, Job)>) -> usize {
        let mut ended = 0;
        for (reason, job) in jobs {
            match self.end_job(&job, End::because(reason)).await {
                Ok(_) => ended += 1,
                Err(error) => {
                    tracing::error!(job = job.id.0, %error, "a job could not be ended; the next pass tries again");
                }
            }
        }
        ended
    }

    /// Jobs past their timeout, which their runner should have ended, are ended; returns how many.
    pub async fn timeouts_one(&self) -> Result<usize> {
        let (now, grace) = (self.clock.now(), self.limits.timeout_grace_seconds);
        let overdue = self.db.read(move |tx| queue::overdue(tx, now, grace, SOME)).await.map_err(Error::from)?;
        let reason = |status| match status {
            Status::Canceling => FailureReason::ServerTimeoutCanceling,
            _ => FailureReason::ServerTimeoutRunning,
        };
        Ok(self.end_each(overdue.into_iter().map(|job| (reason(job.status), job)).collect()).await)
    }

    /// Jobs that wait too long for a runner fail; returns how many.
    pub async fn stuck_jobs_one(&self) -> Result<usize> {
        let (now, limits) = (self.clock.now(), self.limits.clone());
        let stuck = self.db.read(move |tx| stuck(tx, now, limits.unmatched_seconds, limits.stuck_seconds)).await?;
        Ok(self.end_each(stuck).await)
    }

    /// Deletes bytes that no row names any more; returns how many blobs.
    pub async fn delete_bytes_one(&self) -> Result<usize> {
        let (mut after, mut count) = (String::new(), 0);
        loop {
            let from = after.clone();
            let keys =
                self.db.read(move |tx| blob_deletions::some_after(tx, &from, SOME)).await.map_err(Error::from)?;
            let Some(last) = keys.last() else { return Ok(count) };
            after.clone_from(last);
            for key in keys {
                match self.blobs.delete(&key).await {
                    Ok(()) => {
                        count += 1;
                        self.db.write(move |tx| blob_deletions::remove(tx, &key)).await.map_err(Error::from)?;
                    }
                    Err(error) => tracing::warn!(%error, key, "bytes could not be deleted; they stay listed"),
                }
            }
        }
    }
}

/// Jobs that have waited too long: shorter where no runner would take them.
fn stuck(tx: &Tx<'_>, now: Timestamp, unmatched: i64, matched: i64) -> Result<Vec<(FailureReason, Job)>> {
    let (mut found, mut after) = (Vec::new(), JobId(0));
    loop {
        let some = queue::stuck(tx, now.plus_seconds(-unmatched), after, SOME)?;
        let Some(last) = some.last() else { return Ok(found) };
        after = last.id;
        for job in some {
            let long = job.queued_at.is_some_and(|at| at < now.plus_seconds(-matched));
            if !taken_by_someone(tx, &job, now)? {
                found.push((FailureReason::StuckPendingNoMatchingRunners, job));
            } else if long {
                found.push((FailureReason::StuckPendingWithMatchingRunners, job));
            }
        }
    }
}

/// Whether there is a runner, heard of lately, that would take the job.
fn taken_by_someone(tx: &Tx<'_>, job: &Job, now: Timestamp) -> Result<bool> {
    for runner in runners::list(tx, &RunnersOf::All)? {
        let online = contact_status(runner.created_at, runner.contacted_at, now) == RunnerStatus::Online;
        if online && would_take(tx, &runner, job)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A panic is this piece of work's failure, not the end of the loop that does it.
async fn caught<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let panicked = |_| Err(Error::Internal("it broke off in a panic".to_owned()));
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(panicked)
}

fn log(what: &str, pass: Result<usize>) {
    match pass {
        Ok(0) => {}
        Ok(count) => tracing::debug!(count, "{what}: dealt with"),
        Err(error) => tracing::error!(%error, "{what}: the pass failed; the next one tries again"),
    }
}
