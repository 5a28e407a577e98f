//! What may happen to a pipeline.

use crate::FailureReason;
use pipewright_model::{JobId, Status};

/// One thing that happened, or that somebody asks for. Permissions are the caller's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The pipeline was created, or shall simply be looked over again; changes nothing the second time.
    Process,
    /// A runner took the job: `pending` to `running`.
    Run(JobId),
    /// The job ended well; from `canceling` it ends `canceled`.
    Success(JobId),
    /// The job ended badly; from `canceling` it ends `canceled`. May start a new attempt.
    Drop {
        /// Which job.
        job: JobId,
        /// Why.
        reason: FailureReason,
        /// What its script ended with, as told; stored between 0 and 32767.
        exit_code: Option<i64>,
    },
    /// Somebody outside says that the job is not to run; one that runs already cannot be skipped.
    Skip(JobId),
    /// Somebody cancels one job. A job that cannot be canceled stays as it is (Jobs API contract §10.2).
    Cancel {
        /// Which job.
        job: JobId,
        /// Ends a `canceling` job at once, and does nothing to any other.
        force: bool,
    },
    /// Everything that can be canceled is, downstream pipelines included.
    CancelPipeline,
    /// Every cancelable job marked `interruptible` is canceled.
    CancelInterruptible,
    /// Somebody presses play: a waiting job starts, an ended one starts anew.
    Play(JobId),
    /// A new attempt of an ended job.
    RetryJob(JobId),
    /// New attempts of all failed and canceled jobs; the skipped ones are looked at again.
    RetryPipeline,
    /// The time of a `scheduled` job has come.
    Due(JobId),
    /// Somebody stops the timer of a `scheduled` job: it becomes `manual`.
    Unschedule(JobId),
    /// The job's resource group is its own now: `waiting_for_resource` to `pending`.
    ResourceGranted(JobId),
    /// A job goes to `pending` whatever its rules say, and nothing else is reset.
    Enqueue(JobId),
    /// A bridge's downstream pipeline was created or has a new status.
    Downstream {
        /// The bridge.
        bridge: JobId,
        /// Where the downstream pipeline stands now.
        status: Status,
    },
    /// Somebody played or retried a job of a bridge's downstream pipeline: a bridge that waits for it
    /// and had ended waits again.
    DownstreamRestarted(JobId),
}

impl Event {
    /// The job the event is about, if it is about one.
    pub const fn job(&self) -> Option<JobId> {
        match self {
            Self::Process | Self::CancelPipeline | Self::CancelInterruptible | Self::RetryPipeline => None,
            Self::Run(job)
            | Self::Success(job)
            | Self::Skip(job)
            | Self::Drop { job, .. }
            | Self::Cancel { job, .. }
            | Self::Play(job)
            | Self::RetryJob(job)
            | Self::Due(job)
            | Self::Unschedule(job)
            | Self::ResourceGranted(job)
            | Self::Enqueue(job)
            | Self::DownstreamRestarted(job)
            | Self::Downstream { bridge: job, .. } => Some(*job),
        }
    }
}
