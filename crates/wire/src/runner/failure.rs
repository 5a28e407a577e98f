//! Why a runner says a job failed (runner protocol §6.1).

/// The reasons a runner can send. A server stores any other text as `unknown_failure`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureReason {
    /// A command of the script ended with a status other than 0.
    ScriptFailure,
    /// The runner itself was in trouble.
    RunnerSystemFailure,
    /// The job took longer than its timeout.
    JobExecutionTimeout,
    /// The image could not be had.
    ImagePullFailure,
    /// Nothing is known.
    UnknownFailure,
    /// The runner's settings do not allow the job.
    RunnerConfigurationError,
    /// Something outside the runner failed.
    RunnerExternalDependencyFailure,
    /// The runner was told to stop.
    RunnerInterrupted,
    /// The job was cancelled.
    JobCanceled,
}

impl FailureReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::ScriptFailure,
        Self::RunnerSystemFailure,
        Self::JobExecutionTimeout,
        Self::ImagePullFailure,
        Self::UnknownFailure,
        Self::RunnerConfigurationError,
        Self::RunnerExternalDependencyFailure,
        Self::RunnerInterrupted,
        Self::JobCanceled,
    ];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ScriptFailure => "script_failure",
            Self::RunnerSystemFailure => "runner_system_failure",
            Self::JobExecutionTimeout => "job_execution_timeout",
            Self::ImagePullFailure => "image_pull_failure",
            Self::UnknownFailure => "unknown_failure",
            Self::RunnerConfigurationError => "runner_configuration_error",
            Self::RunnerExternalDependencyFailure => "runner_external_dependency_failure",
            Self::RunnerInterrupted => "runner_interrupted",
            Self::JobCanceled => "job_canceled",
        }
    }

    /// The reason a word stands for, if it is one of them.
    pub fn from_wire(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// The reason to send to a server that knows only `known` (from the payload's
    /// `features.failure_reasons`): the three that every server knows stay as they are.
    #[must_use]
    pub fn understood_by(self, known: &[String]) -> Self {
        use FailureReason as R;
        let listed = known.iter().any(|word| word == self.as_str());
        match self {
            R::ScriptFailure | R::RunnerSystemFailure | R::JobExecutionTimeout => self,
            _ if listed => self,
            R::ImagePullFailure | R::RunnerExternalDependencyFailure => R::RunnerSystemFailure,
            R::RunnerConfigurationError => R::ScriptFailure,
            _ => R::UnknownFailure,
        }
    }
}
