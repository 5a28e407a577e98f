//! `retry` (CI YAML contract §11).

use super::field::{Field, attribute, known_keys};
use crate::plan::Retry;
use crate::report::{At, nearest};
use crate::yaml::{Map, Value};

/// Reasons that may be listed; the newer split names are taken too.
const REASONS: &[&str] = &[
    "always",
    "unknown_failure",
    "script_failure",
    "api_failure",
    "stuck_or_timeout_failure",
    "runner_system_failure",
    "missing_dependency_failure",
    "runner_unsupported",
    "stale_schedule",
    "job_execution_timeout",
    "archived_failure",
    "unmet_prerequisites",
    "scheduler_failure",
    "data_integrity_failure",
    "forward_deployment_failure",
    "user_blocked",
    "project_deleted",
    "ci_quota_exceeded",
    "no_matching_runner",
    "trace_size_exceeded",
    "builds_disabled",
    "environment_creation_failure",
    "deployment_rejected",
    "failed_outdated_deployment_job",
    "protected_environment_failure",
    "insufficient_bridge_permissions",
    "downstream_bridge_project_not_found",
    "invalid_bridge_trigger",
    "upstream_bridge_project_not_found",
    "insufficient_upstream_permissions",
    "bridge_pipeline_is_child_pipeline",
    "downstream_pipeline_creation_failed",
    "secrets_provider_not_found",
    "reached_max_descendant_pipelines_depth",
    "reached_max_pipeline_hierarchy_size",
    "ip_restriction_failure",
    "duo_workflow_not_allowed",
    "runner_provisioning_timeout",
    "job_token_expired",
];

/// GitLab's location of these errors has no job in it.
const AT: At<'static> = At::root("retry");

/// Reads a number or a map.
pub(super) fn retry(field: &Field<'_>) -> Option<Retry> {
    match &field.node.value {
        Value::Int(_) | Value::Float(_) => {
            let max = max(&Field { at: AT, attribute: "config", ..*field })?;
            Some(Retry { max: Some(max), when: vec!["always".to_owned()], exit_codes: Vec::new() })
        }
        Value::Map(map) => Some(full(field, map)),
        _ => {
            let message = "retry config has to be either an integer or a hash";
            field.report.plain(Some(&field.at), Some(field.node.span), message);
            None
        }
    }
}

fn full(field: &Field<'_>, map: &Map) -> Retry {
    known_keys(field.report, &AT, map, &["max", "when", "exit_codes"]);
    let part = |key: &'static str| attribute(field.report, &AT, map, key);
    let exit_codes: Vec<i64> = part("exit_codes").and_then(|own| exit_codes(&own)).unwrap_or_default();
    let when = part("when").and_then(|own| reasons(&own));
    // Exit codes alone do not bring back "always": a failure with another code is not retried.
    let default = if exit_codes.is_empty() { vec!["always".to_owned()] } else { Vec::new() };
    Retry { max: part("max").and_then(|own| max(&own)), when: when.unwrap_or(default), exit_codes }
}

fn max(field: &Field<'_>) -> Option<u8> {
    match field.node.value {
        Value::Int(value @ 0..=2) => return Some(value as u8),
        Value::Int(value) if value < 0 => field.fail("must be greater than or equal to 0"),
        Value::Int(_) => field.fail("must be less than or equal to 2"),
        Value::Float(_) => field.fail("must be an integer"),
        _ => field.fail("is not a number"),
    }
    None
}

fn exit_codes(field: &Field<'_>) -> Option<Vec<i64>> {
    let field = Field { attribute: "exit codes", ..*field };
    let codes = field.integers()?;
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        field.fail("should be unique");
        return None;
    }
    Some(codes)
}

fn reasons(field: &Field<'_>) -> Option<Vec<String>> {
    let list = field.strings_or_string()?;
    let unknown: Vec<&str> = list.iter().map(String::as_str).filter(|word| !REASONS.contains(word)).collect();
    let Some(first) = unknown.first() else { return Some(list) };
    let text = if field.node.as_str().is_some() {
        "is not included in the list".to_owned()
    } else {
        format!("contains unknown values: {}", unknown.join(", "))
    };
    field.fail_with(&text, nearest(first, REASONS));
    None
}
