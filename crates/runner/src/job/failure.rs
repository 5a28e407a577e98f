//! How a job can fail.

use std::io;
use std::path::Path;
use std::time::Duration;

use pipewright_wire::runner::FailureReason;

use crate::trace::Ending;

/// Why a job did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// A script ended with this status.
    Script(i32),
    /// The server does not take what the job made.
    Refused(String),
    /// The runner is in trouble.
    System(String),
    /// The job asks for what this runner does not do.
    Configuration(String),
    /// The whole job took too long.
    Timeout(Duration),
    /// The script alone took too long.
    ScriptTimeout(Duration),
    /// The server asked to stop the job in peace.
    Canceled,
    /// The server has given the job up.
    Gone,
    /// The runner was told to stop.
    Interrupted,
}

impl Failure {
    /// Trouble with a file.
    pub(super) fn disk(file: &Path, error: &io::Error) -> Self {
        Self::System(format!("{}: {error}", file.display()))
    }

    /// How the server is told; it knows the reasons `known`.
    pub(super) fn ending(&self, known: &[String]) -> Ending {
        let reason = match self {
            Self::Script(_) | Self::Refused(_) => FailureReason::ScriptFailure,
            Self::System(_) => FailureReason::RunnerSystemFailure,
            Self::Configuration(_) => FailureReason::RunnerConfigurationError,
            Self::Timeout(_) | Self::ScriptTimeout(_) => FailureReason::JobExecutionTimeout,
            Self::Canceled | Self::Gone => FailureReason::JobCanceled,
            Self::Interrupted => FailureReason::RunnerInterrupted,
        };
        Ending {
            failure: Some(reason.understood_by(known)),
            exit_code: match self {
                Self::Script(status) => Some(i64::from(*status)),
                _ => None,
            },
        }
    }

    /// What the last line of the log says.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Script(status) => format!("Job failed: exit code {status}"),
            Self::Refused(why) => format!("Job failed: {why}"),
            Self::System(why) => format!("Job failed (system failure): {why}"),
            Self::Configuration(why) => format!("Job failed (configuration): {why}"),
            Self::Timeout(limit) => {
                format!("Job failed: execution took longer than {} seconds", limit.as_secs())
            }
            Self::ScriptTimeout(limit) => {
                format!("Job failed: the script took longer than {} seconds", limit.as_secs())
            }
            Self::Canceled | Self::Gone => "Job failed: canceled".to_owned(),
            Self::Interrupted => "Job failed: the runner is stopping".to_owned(),
        }
    }
}
