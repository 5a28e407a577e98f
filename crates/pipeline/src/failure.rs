//! Why jobs fail (Jobs API contract §9.8), and what is done with what runners say about it.

/// Declares the vocabulary: an enum by word, whose unknown words are `unknown_failure`.
macro_rules! reasons {
    ($($variant:ident = $word:literal),+ $(,)?) => {
        /// Why a job failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FailureReason { $(#[doc = concat!("`", $word, "`")] $variant),+ }

        impl FailureReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used on the wire and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads a word. Runners send reasons this server has never heard of, and an older
            /// database may hold them: those are `unknown_failure`, never an error (runner protocol §6.1).
            pub fn from_word(word: &str) -> Self {
                match word { $($word => Self::$variant,)+ _ => Self::UnknownFailure }
            }
        }
    };
}

reasons! {
    UnknownFailure = "unknown_failure",
    ScriptFailure = "script_failure",
    ApiFailure = "api_failure",
    StuckOrTimeoutFailure = "stuck_or_timeout_failure",
    RunnerSystemFailure = "runner_system_failure",
    MissingDependencyFailure = "missing_dependency_failure",
    RunnerUnsupported = "runner_unsupported",
    StaleSchedule = "stale_schedule",
    JobExecutionTimeout = "job_execution_timeout",
    ArchivedFailure = "archived_failure",
    UnmetPrerequisites = "unmet_prerequisites",
    SchedulerFailure = "scheduler_failure",
    DataIntegrityFailure = "data_integrity_failure",
    ForwardDeploymentFailure = "forward_deployment_failure",
    UserBlocked = "user_blocked",
    ProjectDeleted = "project_deleted",
    CiQuotaExceeded = "ci_quota_exceeded",
    PipelineLoopDetected = "pipeline_loop_detected",
    NoMatchingRunner = "no_matching_runner",
    TraceSizeExceeded = "trace_size_exceeded",
    BuildsDisabled = "builds_disabled",
    EnvironmentCreationFailure = "environment_creation_failure",
    DeploymentRejected = "deployment_rejected",
    FailedOutdatedDeploymentJob = "failed_outdated_deployment_job",
    JobExecutionServerTimeout = "job_execution_server_timeout",
    StuckPendingWithMatchingRunners = "stuck_pending_with_matching_runners",
    StuckPendingNoMatchingRunners = "stuck_pending_no_matching_runners",
    NoUpdatesRunning = "no_updates_running",
    NoUpdatesCanceling = "no_updates_canceling",
    ServerTimeoutRunning = "server_timeout_running",
    ServerTimeoutCanceling = "server_timeout_canceling",
    RunnerConfigurationError = "runner_configuration_error",
    RunnerExternalDependencyFailure = "runner_external_dependency_failure",
    RunnerInterrupted = "runner_interrupted",
    RunnerProvisioningTimeout = "runner_provisioning_timeout",
    ProtectedEnvironmentFailure = "protected_environment_failure",
    InsufficientBridgePermissions = "insufficient_bridge_permissions",
    DownstreamBridgeProjectNotFound = "downstream_bridge_project_not_found",
    InvalidBridgeTrigger = "invalid_bridge_trigger",
    UpstreamBridgeProjectNotFound = "upstream_bridge_project_not_found",
    InsufficientUpstreamPermissions = "insufficient_upstream_permissions",
    BridgePipelineIsChildPipeline = "bridge_pipeline_is_child_pipeline",
    DownstreamPipelineCreationFailed = "downstream_pipeline_creation_failed",
    SecretsProviderNotFound = "secrets_provider_not_found",
    ReachedMaxDescendantPipelinesDepth = "reached_max_descendant_pipelines_depth",
    IpRestrictionFailure = "ip_restriction_failure",
    ReachedMaxPipelineHierarchySize = "reached_max_pipeline_hierarchy_size",
    ReachedDownstreamPipelineTriggerRateLimit = "reached_downstream_pipeline_trigger_rate_limit",
    DuoWorkflowNotAllowed = "duo_workflow_not_allowed",
    JobRouterFailure = "job_router_failure",
    JobTokenExpired = "job_token_expired",
    IdTokenBurnedProjectPath = "id_token_burned_project_path",
    DownstreamProjectTriggerResolvedToEmpty = "downstream_project_trigger_resolved_to_empty",
}

impl FailureReason {
    /// What a runner's final word is stored as; a runner that gives no reason failed for an unknown one.
    pub fn from_runner(word: Option<&str>) -> Self {
        word.map_or(Self::UnknownFailure, Self::from_word)
    }

    /// The broad word that a `retry:when` written for it still covers: reasons that were split later.
    pub const fn legacy_aliases(self) -> &'static [Self] {
        match self {
            Self::StuckPendingWithMatchingRunners
            | Self::StuckPendingNoMatchingRunners
            | Self::NoUpdatesRunning
            | Self::NoUpdatesCanceling => &[Self::StuckOrTimeoutFailure],
            Self::ServerTimeoutRunning | Self::ServerTimeoutCanceling | Self::JobExecutionServerTimeout => {
                &[Self::JobExecutionTimeout, Self::StuckOrTimeoutFailure]
            }
            _ => &[],
        }
    }
}

impl std::fmt::Display for FailureReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An exit code as it is stored: Windows knows negative ones and ones past 16 bits (runner protocol §6.1).
pub const fn clamp_exit_code(code: i64) -> i64 {
    if code < 0 {
        0
    } else if code > 32_767 {
        32_767
    } else {
        code
    }
}

#[cfg(test)]
mod tests {
    use super::{FailureReason, clamp_exit_code};

    #[test]
    fn every_word_reads_back() {
        for reason in FailureReason::ALL {
            assert_eq!(FailureReason::from_word(reason.as_str()), *reason);
        }
    }

    #[test]
    fn trap_26_unheard_of_reasons_are_unknown_failure() {
        for word in ["job_canceled", "image_pull_failure", "", "Script_Failure"] {
            assert_eq!(FailureReason::from_runner(Some(word)), FailureReason::UnknownFailure);
        }
        assert_eq!(FailureReason::from_runner(None), FailureReason::UnknownFailure);
        assert_eq!(FailureReason::from_runner(Some("script_failure")), FailureReason::ScriptFailure);
    }

    #[test]
    fn trap_27_exit_codes_are_clamped() {
        let table = [(0, 0), (137, 137), (300, 300), (-1, 0), (i64::MIN, 0), (32_768, 32_767), (i64::MAX, 32_767)];
        for (told, stored) in table {
            assert_eq!(clamp_exit_code(told), stored);
        }
    }
}
