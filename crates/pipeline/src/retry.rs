//! `retry`: whether a failure starts the next attempt by itself (CI YAML contract §11).

use crate::FailureReason;
use serde::{Deserialize, Serialize};

/// Times a job is retried for reasons that are ours, whatever its file says.
const DEFAULT_RETRIES: u32 = 2;

/// `retry` of a job. The default retries nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RetryPolicy {
    /// `max`, 0 to 2; without it nothing is retried.
    pub max: Option<u32>,
    /// `when`: `always`, or failure reasons by word. Empty means `always`, unless there are exit codes.
    pub when: Vec<String>,
    /// `exit_codes`: a failure with one of these is retried whatever its reason.
    pub exit_codes: Vec<i64>,
}

impl RetryPolicy {
    /// `retry: N`.
    pub const fn times(max: u32) -> Self {
        Self { max: Some(max), when: Vec::new(), exit_codes: Vec::new() }
    }

    fn covers(&self, reason: FailureReason, exit_code: Option<i64>) -> bool {
        let default_always = self.when.is_empty() && self.exit_codes.is_empty();
        let names = |word: &String| {
            word == "always"
                || word == reason.as_str()
                || reason.legacy_aliases().iter().any(|alias| word == alias.as_str())
        };
        default_always || self.when.iter().any(names) || exit_code.is_some_and(|code| self.exit_codes.contains(&code))
    }
}

/// How often a job may be retried for this failure.
fn maximum(policy: &RetryPolicy, reason: FailureReason, exit_code: Option<i64>) -> u32 {
    match (reason, policy.max) {
        // Trying again changes nothing about these.
        (
            FailureReason::CiQuotaExceeded
            | FailureReason::NoMatchingRunner
            | FailureReason::MissingDependencyFailure
            | FailureReason::ForwardDeploymentFailure
            | FailureReason::FailedOutdatedDeploymentJob
            | FailureReason::EnvironmentCreationFailure,
            _,
        ) => 0,
        (_, Some(max)) if policy.covers(reason, exit_code) => max,
        (FailureReason::SchedulerFailure | FailureReason::RunnerProvisioningTimeout, _) => DEFAULT_RETRIES,
        _ => 0,
    }
}

/// Whether a failure starts the next attempt by itself; `attempts` counts those already replaced.
pub fn should_retry(policy: &RetryPolicy, reason: FailureReason, exit_code: Option<i64>, attempts: u32) -> bool {
    attempts < maximum(policy, reason, exit_code)
}

#[cfg(test)]
mod tests {
    use super::{RetryPolicy, should_retry};
    use crate::FailureReason::{self, *};

    fn policy(max: Option<u32>, when: &[&str], exit_codes: &[i64]) -> RetryPolicy {
        RetryPolicy { max, when: when.iter().map(ToString::to_string).collect(), exit_codes: exit_codes.to_vec() }
    }

    /// How many retries happen when the same failure comes again and again.
    fn retries(policy: &RetryPolicy, reason: FailureReason, exit_code: Option<i64>) -> u32 {
        (0..10).find(|attempts| !should_retry(policy, reason, exit_code, *attempts)).unwrap_or(10)
    }

    #[test]
    fn table_of_policies() {
        let none = RetryPolicy::default();
        let twice = RetryPolicy::times(2);
        let system = policy(Some(1), &["runner_system_failure"], &[]);
        let code = policy(Some(2), &[], &[137]);
        let either = policy(Some(2), &["api_failure"], &[137]);
        let table: &[(&RetryPolicy, FailureReason, Option<i64>, u32)] = &[
            (&none, ScriptFailure, Some(1), 0),
            (&none, RunnerSystemFailure, None, 0),
            (&none, RunnerProvisioningTimeout, None, 2),
            (&twice, ScriptFailure, Some(1), 2),
            (&twice, UnknownFailure, None, 2),
            (&policy(Some(0), &[], &[]), ScriptFailure, None, 0),
            (&policy(None, &["always"], &[]), ScriptFailure, None, 0),
            (&system, RunnerSystemFailure, None, 1),
            (&system, ScriptFailure, None, 0),
            (&system, SchedulerFailure, None, 2),
            (&policy(Some(1), &["script_failure", "always"], &[]), ApiFailure, None, 1),
            (&code, ScriptFailure, Some(137), 2),
            (&code, ScriptFailure, Some(1), 0),
            (&code, ScriptFailure, None, 0),
            (&either, ScriptFailure, Some(137), 2),
            (&either, ApiFailure, Some(1), 2),
            (&either, ScriptFailure, Some(1), 0),
            (&twice, CiQuotaExceeded, None, 0),
            (&twice, NoMatchingRunner, None, 0),
            (&twice, MissingDependencyFailure, None, 0),
            (&twice, ForwardDeploymentFailure, None, 0),
            (&twice, EnvironmentCreationFailure, None, 0),
        ];
        for (policy, reason, exit_code, expected) in table {
            assert_eq!(retries(policy, *reason, *exit_code), *expected, "{policy:?} {reason} {exit_code:?}");
        }
    }

    #[test]
    fn trap_30_scheduler_failure_is_retried_twice_without_any_retry() {
        assert_eq!(retries(&RetryPolicy::default(), SchedulerFailure, None), 2);
    }

    #[test]
    fn broad_words_cover_the_reasons_split_from_them() {
        let stuck = policy(Some(1), &["stuck_or_timeout_failure"], &[]);
        for reason in [StuckPendingNoMatchingRunners, NoUpdatesRunning, ServerTimeoutRunning, StuckOrTimeoutFailure] {
            assert_eq!(retries(&stuck, reason, None), 1, "{reason}");
        }
        assert_eq!(retries(&stuck, JobExecutionTimeout, None), 0);
        let timeout = policy(Some(1), &["job_execution_timeout"], &[]);
        assert_eq!(retries(&timeout, ServerTimeoutRunning, None), 1);
        assert_eq!(retries(&timeout, NoUpdatesRunning, None), 0);
    }
}
