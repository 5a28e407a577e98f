//! The one place where jobs end: runner updates, timeouts, lost runners and refusals at the hand-out all
//! come through here. (Cancels end jobs by way of the status machine alone: see [`super::cancel`].)

use super::coverage;
use crate::pipelines::process::{self, Cause};
use crate::pipelines::rings::Rings;
use crate::{Engine, Result};
use pipewright_model::{Job, Status};
use pipewright_pipeline::{Event, FailureReason};
use pipewright_store::{Tx, jobs};

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Well.
    Success,
    /// Badly.
    Failed {
        /// Why.
        reason: FailureReason,
        /// What its script ended with, as told.
        exit_code: Option<i64>,
    },
}

impl End {
    /// Failed for a reason of the server's own.
    pub const fn because(reason: FailureReason) -> Self {
        Self::Failed { reason, exit_code: None }
    }

    const fn event(self, job: &Job) -> Event {
        match self {
            Self::Success => Event::Success(job.id),
            Self::Failed { reason, exit_code } => Event::Drop { job: job.id, reason, exit_code },
        }
    }
}

/// Ends a job and does all that follows. Returns its status after; a job that is `canceling` ends
/// canceled whichever way it ended, and an allowed or retried failure is the machine's to decide.
pub fn end(tx: &Tx<'_>, rings: &mut Rings, cause: Cause, job: &Job, how: End, percent: Option<f64>) -> Result<Status> {
    if percent.is_some() {
        jobs::set_coverage(tx, job.id, percent)?;
    }
    let changes = process::apply(tx, rings, cause, job.pipeline_id, &how.event(job))?;
    Ok(changes.status_of(job.id).unwrap_or(job.status))
}

impl Engine {
    /// Ends a job if it still has the status it was seen with; `None` if it has moved on meanwhile.
    pub(crate) async fn end_job(&self, seen: &Job, how: End) -> Result<Option<Status>> {
        let percent = self.coverage(seen).await?;
        let cause = Cause { now: self.clock.now(), actor: None };
        let seen = seen.clone();
        let (status, rings) = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                let now = jobs::get(tx, seen.id)?.filter(|job| job.status == seen.status);
                let Some(job) = now else { return Ok::<_, crate::Error>((None, rings)) };
                let status = end(tx, &mut rings, cause, &job, how, percent)?;
                Ok((Some(status), rings))
            })
            .await?;
        rings.ring(&self.bells);
        Ok(status)
    }

    /// The coverage a job's log tells of, if its file says how to find it.
    pub(crate) async fn coverage(&self, job: &Job) -> Result<Option<f64>> {
        let id = job.id;
        let pattern = self.db.read(move |tx| process::definition(tx, id)).await?.and_then(|plan| plan.coverage);
        match pattern {
            Some(pattern) => coverage::find(self, id, &pattern).await,
            None => Ok(None),
        }
    }
}
