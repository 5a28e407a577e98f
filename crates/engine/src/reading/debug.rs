//! Whether a log may show secrets (Jobs API contract §3.4).

use crate::Result;
use crate::jobs::variables::{open_given, open_played};
use crate::pipelines::process;
use crate::projects::variables::for_job;
use crate::secrets::Secrets;
use pipewright_model::{Job, Project};
use pipewright_store::{Tx, jobs, pipeline_variables};

/// Variables that make a job print what it is given.
const SWITCHES: [&str; 2] = ["CI_DEBUG_TRACE", "CI_DEBUG_SERVICES"];

/// Ran with debug tracing, or has a variable that switches it on. Later sources win, as for the job itself.
pub(super) fn is_debug(tx: &Tx<'_>, secrets: &Secrets, project: &Project, job: &Job) -> Result<bool> {
    if job.debug_trace {
        return Ok(true);
    }
    let mut on = [false; SWITCHES.len()];
    let mut see = |key: &str, value: &str| {
        if let Some(at) = SWITCHES.iter().position(|switch| *switch == key) {
            on[at] = matches!(value.trim().to_ascii_lowercase().as_str(), "true" | "1" | "t" | "yes" | "y" | "on");
        }
    };
    if let Some(plan) = process::definition(tx, job.id)? {
        plan.variables.iter().for_each(|variable| see(&variable.key, &variable.value));
    }
    for variable in for_job(tx, secrets, project, job.protected, job.environment.as_deref())? {
        see(&variable.key, &variable.value);
    }
    for variable in open_given(secrets, &pipeline_variables::of_pipeline(tx, job.pipeline_id)?)? {
        see(&variable.key, &variable.value);
    }
    if let Some(played) = jobs::played_variables(tx, job.id)? {
        open_played(secrets, &played)?.iter().for_each(|variable| see(&variable.key, &variable.value));
    }
    Ok(on.contains(&true))
}
