//! From what a file says of a job to what other crates ask of it.

use crate::jobs::mirrors::mirrored;
use pipewright_ci_config::JobPlan;
use pipewright_ci_config::plan;
use pipewright_pipeline::features::Uses;
use pipewright_pipeline::state::JobRules;
use pipewright_pipeline::{RetryPolicy, Strategy};

/// What the status machine asks.
pub fn of(plan: &JobPlan) -> JobRules {
    let retry = plan.retry.as_ref().map_or_else(RetryPolicy::default, |retry| RetryPolicy {
        max: retry.max.map(u32::from),
        when: retry.when.clone(),
        exit_codes: retry.exit_codes.clone(),
    });
    let strategy = plan.trigger.as_ref().and_then(|trigger| trigger.strategy).map(|strategy| match strategy {
        plan::Strategy::Depend => Strategy::Depend,
        plan::Strategy::Mirror => Strategy::Mirror,
    });
    let strategy = strategy.or_else(|| mirrored(plan).map(|_| Strategy::Mirror));
    JobRules { allow_failure_exit_codes: plan.allow_failure_exit_codes.clone(), retry, strategy }
}

/// What a runner must be able to do.
pub fn uses(plan: &JobPlan) -> Uses {
    let artifacts = plan.artifacts.as_ref();
    Uses {
        reports: artifacts.is_some_and(|a| !a.reports.is_empty() || a.coverage_report.is_some()),
        merge_request_ref: false,
        artifacts_exclude: artifacts.is_some_and(|a| !a.exclude.is_empty()),
        release: plan.release.is_some(),
        exit_codes: !plan.allow_failure_exit_codes.is_empty()
            || plan.retry.as_ref().is_some_and(|retry| !retry.exit_codes.is_empty()),
        fallback_keys: plan.cache.iter().any(|cache| !cache.fallback_keys.is_empty()),
        secrets: !plan.secrets.is_empty(),
    }
}
