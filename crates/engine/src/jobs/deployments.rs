//! Environments that jobs deploy to: made when a job starts, stopped when a stopping job ends
//! (CI YAML contract §11).

use super::predefined::environment_slug;
use crate::Result;
use pipewright_ci_config::{JobPlan, duration};
use pipewright_model::{EnvironmentId, Job, Timestamp};
use pipewright_store::{Tx, environments};

/// The tier said, or the one the name suggests.
pub(super) fn tier(name: &str, said: Option<&str>) -> String {
    if let Some(said) = said {
        return said.to_owned();
    }
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let tier = if has(&["dev", "review", "trunk"]) {
        "development"
    } else if has(&["test", "tst", "int", "qa", "acc", "quality", "control"]) {
        "testing"
    } else if has(&["stag", "stg", "mod", "demo", "pre"]) {
        "staging"
    } else if has(&["prod", "live"]) {
        "production"
    } else {
        "other"
    };
    tier.to_owned()
}

/// Makes the environment of a job that starts.
pub(super) fn started(tx: &Tx<'_>, job: &Job, plan: &JobPlan, now: Timestamp) -> Result<()> {
    let (Some(name), Some(said)) = (&job.environment, &plan.environment) else { return Ok(()) };
    if !matches!(said.action.as_str(), "" | "start") {
        return Ok(());
    }
    let auto_stop = said.auto_stop_in.as_deref().and_then(duration::parse);
    let environment = environments::Environment {
        id: EnvironmentId(0),
        project_id: job.project_id,
        name: name.clone(),
        slug: environment_slug(name),
        tier: tier(name, said.deployment_tier.as_deref()),
        external_url: said.url.clone().filter(|url| !url.contains('$')),
        state: "available".to_owned(),
        created_at: now,
        updated_at: now,
        auto_stop_at: auto_stop.map(|seconds| now.plus_seconds(seconds)),
    };
    let id = environments::ensure(tx, &environment)?;
    environments::set_state(tx, id, "available", environment.external_url.as_deref(), environment.auto_stop_at, now)?;
    Ok(())
}

/// Stops the environment of a stopping job that succeeded.
pub(super) fn succeeded(tx: &Tx<'_>, job: &Job, plan: &JobPlan, now: Timestamp) -> Result<()> {
    let stops = plan.environment.as_ref().is_some_and(|said| said.action == "stop");
    if let Some(name) = job.environment.as_ref().filter(|_| stops)
        && let Some(known) = environments::by_name(tx, job.project_id, name)?
    {
        environments::set_state(tx, known.id, "stopped", None, None, now)?;
    }
    Ok(())
}
