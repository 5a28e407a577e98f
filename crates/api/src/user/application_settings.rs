//! `/application/settings`: the instance's limits and defaults under GitLab's names.

use crate::shape::settings as shape;
use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_engine::instance::SettingsChange;
use pipewright_http_kit::{Answer, ApiError, Call, Check, SignedIn, reply};
use serde_json::Value;

/// Settings that may be changed.
pub(crate) const CHANGEABLE: &[&str] = &[
    "ci_max_total_yaml_size_bytes",
    "default_artifacts_expire_in",
    "default_branch_name",
    "default_group_visibility",
    "default_project_visibility",
    "default_projects_limit",
    "keep_latest_artifact",
    "max_artifacts_size",
    "max_yaml_size_bytes",
    "project_jobs_api_rate_limit",
    "runner_token_expiration_interval",
    "user_default_external",
];

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new().route("/application/settings", get(show).put(update))
}

async fn show(call: Call<SignedIn>) -> Answer {
    let settings = call.engine.instance_settings(&call.caller).await?;
    reply::ok(&shape::settings(&settings))
}

async fn update(call: Call<SignedIn>) -> Answer {
    let now = call.engine.instance_settings(&call.caller).await?;
    let shown = serde_json::to_value(shape::settings(&now)).unwrap_or_default();
    let mut check = call.check();
    let change = change(&call, &mut check);
    if !call.params.all().keys().any(|name| shown.get(name).is_some()) {
        check.fault(format!("{} are missing, at least one parameter must be provided", CHANGEABLE.join(", ")));
    }
    check.done()?;
    refuse_fixed(&call, &shown)?;
    let settings = call.engine.change_instance_settings(&call.caller, change).await?;
    reply::ok(&shape::settings(&settings))
}

fn change(call: &Call<SignedIn>, check: &mut Check<'_>) -> SettingsChange {
    SettingsChange {
        max_artifacts_size: check.integer("max_artifacts_size"),
        default_artifacts_expire_in: check.text("default_artifacts_expire_in"),
        keep_latest_artifact: check.boolean("keep_latest_artifact"),
        default_project_visibility: check.word("default_project_visibility"),
        default_group_visibility: check.word("default_group_visibility"),
        default_branch_name: cleared(call, "default_branch_name", "").or_else(|| check.text("default_branch_name")),
        default_projects_limit: check.integer("default_projects_limit"),
        user_default_external: check.boolean("user_default_external"),
        max_yaml_size_bytes: check.integer("max_yaml_size_bytes"),
        ci_max_total_yaml_size_bytes: check.integer("ci_max_total_yaml_size_bytes"),
        project_jobs_api_rate_limit: check.integer("project_jobs_api_rate_limit"),
        runner_token_expiration_interval: cleared(call, "runner_token_expiration_interval", 0)
            .or_else(|| check.integer("runner_token_expiration_interval")),
    }
}

/// `null` takes such a setting back.
fn cleared<T>(call: &Call<SignedIn>, name: &str, nothing: impl Into<T>) -> Option<T> {
    call.params.all().get(name).filter(|value| value.is_null()).map(|_| nothing.into())
}

/// A setting that is what it is may be sent with that value only: nobody is to believe it was changed.
fn refuse_fixed(call: &Call<SignedIn>, shown: &Value) -> Result<(), ApiError> {
    let differs = |name: &str, wanted: &Value| {
        shown.get(name).is_some_and(|value| !CHANGEABLE.contains(&name) && plain(value) != plain(wanted))
    };
    let fixed: Vec<_> = call.params.all().iter().filter(|(name, wanted)| differs(name, wanted)).collect();
    if fixed.is_empty() {
        return Ok(());
    }
    let faults = fixed.iter().map(|(name, _)| {
        let value = shown.get(name.as_str()).map(ToString::to_string).unwrap_or_default();
        ((*name).clone(), format!("cannot be changed on this server: it is {value}"))
    });
    Err(pipewright_engine::Error::Invalid(faults.collect()).into())
}

/// A value as forms spell it: they know texts alone.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        value => value.to_string(),
    }
}
