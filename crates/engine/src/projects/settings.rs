//! A project's settings as callers name them, laid over what is there.

use crate::{Caller, Error, Result};
use pipewright_model::project::ProjectSettings;
use serde_json::{Map, Value};

/// Settings without a meaning here that clients set and read back.
const KEPT: &[&str] = &[
    "allow_merge_on_skipped_pipeline",
    "analytics_access_level",
    "approvals_before_merge",
    "auto_devops_deploy_strategy",
    "auto_devops_enabled",
    "autoclose_referenced_issues",
    "ci_delete_pipelines_in_seconds",
    "ci_forward_deployment_enabled",
    "ci_forward_deployment_rollback_allowed",
    "ci_separated_caches",
    "container_registry_access_level",
    "container_registry_enabled",
    "emails_enabled",
    "environments_access_level",
    "feature_flags_access_level",
    "forking_access_level",
    "infrastructure_access_level",
    "issues_access_level",
    "issues_enabled",
    "issues_template",
    "lfs_enabled",
    "merge_commit_template",
    "merge_method",
    "merge_requests_access_level",
    "merge_requests_enabled",
    "merge_requests_template",
    "model_experiments_access_level",
    "model_registry_access_level",
    "monitor_access_level",
    "only_allow_merge_if_all_discussions_are_resolved",
    "only_allow_merge_if_pipeline_succeeds",
    "packages_enabled",
    "pages_access_level",
    "printing_merge_request_link_enabled",
    "releases_access_level",
    "remove_source_branch_after_merge",
    "request_access_enabled",
    "requirements_access_level",
    "resolve_outdated_diff_discussions",
    "security_and_compliance_access_level",
    "service_desk_enabled",
    "snippets_access_level",
    "snippets_enabled",
    "squash_commit_template",
    "squash_option",
    "suggestion_commit_message",
    "warn_about_potentially_unwanted_characters",
    "wiki_access_level",
    "wiki_enabled",
];
/// Roles that may be demanded for setting pipeline variables.
const OVERRIDE_ROLES: &[&str] = &["no_one_allowed", "developer", "maintainer", "owner"];
/// Bounds of a job's time: ten minutes, a month.
const TIMEOUTS: std::ops::RangeInclusive<i64> = 600..=2_592_000;
/// Most bytes of a setting that is only kept: it comes again with every list of projects.
const LONGEST_KEPT: usize = 4096;
/// Bounds of an archive's size in MiB: up to a TiB.
const ARTIFACT_MEGABYTES: std::ops::RangeInclusive<i64> = 1..=1 << 20;

/// The settings with `patch` laid over them; names and values as in the API. Names nobody knows are left
/// out, values that do not fit are refused.
pub(super) fn apply(settings: &ProjectSettings, patch: &Map<String, Value>) -> Result<ProjectSettings> {
    let broken = |_| Error::Internal("a project's settings could not be read".to_owned());
    let Value::Object(mut tree) = serde_json::to_value(settings).map_err(broken)? else {
        return Ok(settings.clone());
    };
    let mut other = settings.other.clone();
    for (name, value) in patch {
        if let Some((key, value)) = known(name, value)? {
            tree.insert(key.to_owned(), value);
        } else if KEPT.contains(&name.as_str()) {
            other.insert(name.clone(), plain(value));
        }
    }
    tree.insert("other".to_owned(), Value::Object(other));
    let settings: ProjectSettings = serde_json::from_value(Value::Object(tree))
        .map_err(|error| Error::BadRequest(format!("400 Bad request - {error}")))?;
    check(&settings)?;
    Ok(settings)
}

/// The instance's limits hold for everybody: only an administrator gives a project one of its own.
pub(super) fn check_raised(caller: &Caller, old: &ProjectSettings, new: &ProjectSettings) -> Result<()> {
    if new.max_artifacts_size == old.max_artifacts_size || caller.is_admin() {
        return Ok(());
    }
    Err(Error::forbidden_because("Only administrators may set max_artifacts_size"))
}

/// The key and value a setting is kept under; `None` for names without a meaning here.
fn known<'a>(name: &'a str, value: &Value) -> Result<Option<(&'a str, Value)>> {
    Ok(Some(match name {
        "public_jobs" | "public_builds" => ("public_jobs", boolean(name, value)?),
        "build_allow_git_fetch"
        | "shared_runners_enabled"
        | "group_runners_enabled"
        | "ci_job_token_scope_enabled"
        | "ci_inbound_job_token_scope_enabled"
        | "ci_push_repository_for_job_token_allowed"
        | "keep_latest_artifact" => (name, boolean(name, value)?),
        "auto_cancel_pending_pipelines" => (name, Value::Bool(value.as_str() == Some("enabled") || value == true)),
        "build_git_strategy" => ("build_allow_git_fetch", Value::Bool(value.as_str() != Some("clone"))),
        "jobs_enabled" => ("builds_access_level", access(boolean(name, value)? == true)),
        "builds_access_level" | "repository_access_level" => {
            (name, if value.as_str() == Some("public") { access(true) } else { value.clone() })
        }
        "build_timeout" | "ci_default_git_depth" => (name, integer(name, value)?),
        "max_artifacts_size" => (name, if value.as_str() == Some("") { Value::Null } else { integer(name, value)? }),
        "ci_config_path" | "description" => (name, Value::String(value.as_str().unwrap_or_default().to_owned())),
        "ci_pipeline_variables_minimum_override_role" => (name, value.clone()),
        "restrict_user_defined_variables" => {
            let role = if boolean(name, value)? == true { "maintainer" } else { "developer" };
            ("ci_pipeline_variables_minimum_override_role", Value::String(role.to_owned()))
        }
        "topics" | "tag_list" => ("topics", topics(value)),
        _ => return Ok(None),
    }))
}

fn access(enabled: bool) -> Value {
    Value::String(if enabled { "enabled" } else { "disabled" }.to_owned())
}

fn boolean(name: &str, value: &Value) -> Result<Value> {
    match plain(value) {
        Value::Bool(value) => Ok(Value::Bool(value)),
        Value::Number(number) if number.as_i64() == Some(1) => Ok(Value::Bool(true)),
        Value::Number(number) if number.as_i64() == Some(0) => Ok(Value::Bool(false)),
        _ => Err(Error::BadRequest(format!("{name} is invalid"))),
    }
}

fn integer(name: &str, value: &Value) -> Result<Value> {
    match plain(value) {
        Value::Number(number) if number.is_i64() => Ok(Value::Number(number)),
        Value::Null => Ok(Value::Null),
        _ => Err(Error::BadRequest(format!("{name} is invalid"))),
    }
}

/// A value from a form as what it spells.
fn plain(value: &Value) -> Value {
    match value.as_str() {
        Some("true") => Value::Bool(true),
        Some("false") => Value::Bool(false),
        Some(text) => text.parse::<i64>().map_or_else(|_| value.clone(), Into::into),
        None => value.clone(),
    }
}

fn topics(value: &Value) -> Value {
    let list: Vec<String> = match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
        Value::String(text) => text.split(',').map(|topic| topic.trim().to_owned()).collect(),
        _ => Vec::new(),
    };
    Value::Array(list.into_iter().filter(|topic| !topic.is_empty()).take(100).map(Value::String).collect())
}

fn check(settings: &ProjectSettings) -> Result<()> {
    if !TIMEOUTS.contains(&settings.build_timeout) {
        return Err(Error::invalid("build_timeout", "needs to be between 10 minutes and 1 month"));
    }
    if !(0..=1000).contains(&settings.ci_default_git_depth) {
        return Err(Error::invalid("ci_default_git_depth", "must be between 0 and 1000"));
    }
    if settings.max_artifacts_size.is_some_and(|size| !ARTIFACT_MEGABYTES.contains(&size)) {
        return Err(Error::invalid("max_artifacts_size", "must be between 1 and 1048576"));
    }
    if settings.other.values().any(|value| value.to_string().len() > LONGEST_KEPT) {
        return Err(Error::BadRequest(format!("a setting can have at most {LONGEST_KEPT} bytes")));
    }
    let path = &settings.ci_config_path;
    if path.len() > 255 || path.starts_with('/') || path.split('/').any(|part| part == "..") {
        return Err(Error::invalid("ci_config_path", "can't be an absolute path or leave the repository"));
    }
    if settings.description.len() > 2000 {
        return Err(Error::invalid("description", "is too long (maximum is 2000 characters)"));
    }
    if !OVERRIDE_ROLES.contains(&settings.ci_pipeline_variables_minimum_override_role.as_str()) {
        return Err(Error::invalid("ci_pipeline_variables_minimum_override_role", "is not included in the list"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::apply;
    use pipewright_model::project::{FeatureAccess, ProjectSettings};
    use serde_json::json;

    #[test]
    fn settings_by_their_names_in_the_api() {
        let patch = json!({"public_builds": "false", "jobs_enabled": false, "build_timeout": "7200", "topics": "a, b",
            "auto_cancel_pending_pipelines": "disabled", "build_git_strategy": "clone", "merge_method": "ff",
            "nonsense": 1});
        let settings = apply(&ProjectSettings::default(), patch.as_object().unwrap()).unwrap();
        assert!(!settings.public_jobs && !settings.build_allow_git_fetch && !settings.auto_cancel_pending_pipelines);
        assert_eq!(settings.builds_access_level, FeatureAccess::Disabled);
        assert_eq!((settings.build_timeout, settings.topics.len()), (7200, 2));
        assert_eq!(settings.other.len(), 1);
    }

    #[test]
    fn values_out_of_bounds_are_refused() {
        for patch in [
            json!({"build_timeout": 5}),
            json!({"max_artifacts_size": i64::MAX}),
            json!({"merge_requests_template": "x".repeat(5000)}),
            json!({"build_timeout": "soon"}),
            json!({"ci_config_path": "../x"}),
            json!({"builds_access_level": "sometimes"}),
            json!({"public_jobs": "maybe"}),
        ] {
            assert!(apply(&ProjectSettings::default(), patch.as_object().unwrap()).is_err(), "{patch}");
        }
    }
}
