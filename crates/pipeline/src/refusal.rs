//! Why an event changed nothing.

use pipewright_model::{JobId, Status};

/// An event that must not be applied. The state is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The state given does not hold that job.
    #[error("job {0} is not among this pipeline's jobs")]
    UnknownJob(JobId),
    /// A move that does not start from the job's status.
    #[error("a job that is {from} cannot {verb}")]
    IllegalMove {
        /// The status it is in.
        from: Status,
        /// What it was to do, as a verb.
        verb: &'static str,
    },
    /// Retried already, archived, or not ended.
    #[error("Job is not retryable")]
    NotRetryable,
    /// Neither manual nor delayed, or not waiting, or archived.
    #[error("Unplayable Job")]
    Unplayable,
    /// Not ended, archived, or nothing left to erase.
    #[error("Job is not erasable!")]
    NotErasable,
    /// An event for bridges about a job.
    #[error("job {0} starts no other pipeline")]
    NotABridge(JobId),
}
