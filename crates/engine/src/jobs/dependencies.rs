//! Whose artifacts a job gets, and whether they are still there (CI YAML contract §11: `dependencies`,
//! then `needs`, then all earlier stages).

use crate::Result;
use pipewright_ci_config::JobPlan;
use pipewright_model::{Job, Timestamp};
use pipewright_store::dependencies::{Dependency, by_names, of_earlier_stages};
use pipewright_store::{Tx, artifacts};

/// The jobs whose artifacts this one gets.
pub(super) fn of(tx: &Tx<'_>, job: &Job, plan: &JobPlan) -> Result<Vec<Dependency>> {
    let names = match (&plan.dependencies, &plan.needs) {
        (Some(names), _) => names.clone(),
        (None, Some(needs)) => needs.iter().filter(|need| need.artifacts).map(|need| need.name.clone()).collect(),
        (None, None) => return Ok(of_earlier_stages(tx, job.pipeline_id, job.stage_position)?),
    };
    if names.is_empty() {
        return Ok(Vec::new());
    }
    Ok(by_names(tx, job.pipeline_id, &names)?)
}

/// Whether artifacts the job counts on were erased or have expired: it must not start then.
pub(super) fn is_one_gone(tx: &Tx<'_>, dependencies: &[Dependency], now: Timestamp) -> Result<bool> {
    for dependency in dependencies {
        if dependency.erased {
            return Ok(true);
        }
        if dependency.expires_at.is_some_and(|at| at <= now) && !artifacts::is_of_latest_success(tx, dependency.job_id)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}
