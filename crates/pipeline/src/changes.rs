//! The whole consequence of one event, ready to be written.

use crate::FailureReason;
use pipewright_model::{JobId, Status, Timestamp};

/// What one event changed. Everything left out stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Rows that changed, in order of creation. Write each guarded by its `from`.
    pub jobs: Vec<JobChange>,
    /// Rows to make, in order of creation, with provisional ids; see [`Changes::renumber`].
    pub attempts: Vec<Attempt>,
    /// Stages that changed, by position.
    pub stages: Vec<StageChange>,
    /// The pipeline's own change.
    pub pipeline: Option<PipelineChange>,
    /// What must be done beyond the pipeline's own rows.
    pub effects: Vec<Effect>,
}

impl Changes {
    /// Nothing changed and nothing is to be done.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Puts the id of a row just made in place of the provisional one, everywhere.
    pub fn renumber(&mut self, provisional: JobId, real: JobId) {
        let ids = self.jobs.iter_mut().map(|change| &mut change.id);
        let ids = ids.chain(self.attempts.iter_mut().map(|attempt| &mut attempt.change.id));
        let ids = ids.chain(self.effects.iter_mut().filter_map(|effect| match effect {
            Effect::StartDownstream(job)
            | Effect::CancelDownstream(job)
            | Effect::AcquireResource { job, .. }
            | Effect::ReleaseResource { job, .. } => Some(job),
            Effect::RestartUpstream => None,
        }));
        ids.filter(|id| **id == provisional).for_each(|id| *id = real);
    }

    /// Where an existing or new row ended up, if it changed.
    pub fn status_of(&self, id: JobId) -> Option<Status> {
        let attempts = self.attempts.iter().map(|attempt| &attempt.change);
        self.jobs.iter().chain(attempts).find(|change| change.id == id).map(|change| change.to)
    }
}

/// What to do with one column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Leave it.
    #[default]
    Keep,
    /// Write this.
    Set(T),
    /// Make it null.
    Clear,
}

impl<T> Patch<T> {
    /// The column's new value, given its old one.
    pub fn apply(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::Set(new) => Some(new),
            Self::Clear => None,
        }
    }
}

/// The change of one row, from before the event to after everything it led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobChange {
    /// Which row.
    pub id: JobId,
    /// Its status before.
    pub from: Status,
    /// Its status after; equal to `from` only in a new attempt that still waits.
    pub to: Status,
    /// When it became ready for a runner.
    pub queued_at: Patch<Timestamp>,
    /// When a runner took it.
    pub started_at: Patch<Timestamp>,
    /// When it ended.
    pub finished_at: Patch<Timestamp>,
    /// When it is due.
    pub scheduled_at: Patch<Timestamp>,
    /// Why it failed.
    pub failure_reason: Patch<FailureReason>,
    /// What its script ended with.
    pub exit_code: Patch<i64>,
    /// Its exit code is one of `allow_failure:exit_codes`: write `allow_failure` true.
    pub failure_allowed: bool,
    /// A play or retry of another job brought it back: its user becomes the caller.
    pub reset: bool,
}

/// A new row: a copy of the attempt it replaces (Jobs API contract §10.3 says of what), which becomes
/// `retried`. Make it with the status, times and reasons of `change.to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The attempt it replaces.
    pub replaces: JobId,
    /// Started by the job's `retry`, not by a person: its user stays.
    pub automatic: bool,
    /// To be stored with the row.
    pub enqueue_immediately: bool,
    /// To be stored with the row: the file's word, not one earned by the old attempt's exit code.
    pub allow_failure: bool,
    /// From `created` to where it stands now, with the provisional id.
    pub change: JobChange,
}

/// The change of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageChange {
    /// Which one.
    pub position: i64,
    /// Its status before.
    pub from: Status,
    /// Its status after.
    pub to: Status,
}

/// The change of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PipelineChange {
    /// Its status before.
    pub from: Status,
    /// Its status after.
    pub to: Status,
    /// Became `running`: write the time if there is none yet.
    pub started_at: Patch<Timestamp>,
    /// Ended (set), or goes on after an end (cleared).
    pub finished_at: Patch<Timestamp>,
}

/// Something beyond the pipeline's own rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The bridge is ready: start its downstream pipeline, then report [`crate::Event::Downstream`].
    StartDownstream(JobId),
    /// Cancel what the bridge started.
    CancelDownstream(JobId),
    /// Work began anew: if a bridge started this pipeline, report [`crate::Event::DownstreamRestarted`]
    /// to the bridge's pipeline.
    RestartUpstream,
    /// The job waits for this resource group: see [`crate::resource::next`], then report
    /// [`crate::Event::ResourceGranted`] to the chosen job's pipeline.
    AcquireResource {
        /// Who waits.
        job: JobId,
        /// The group's key in the project.
        key: String,
    },
    /// The job is done with its resource group: whatever it holds is free, and the next may be chosen.
    ReleaseResource {
        /// Who is done.
        job: JobId,
        /// The group's key in the project.
        key: String,
    },
}
