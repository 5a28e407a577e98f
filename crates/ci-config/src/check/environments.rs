//! `environment:on_stop` names a job that stops the same environment.

use crate::config::{Config, JobEntry};
use crate::cx::Cx;
use std::collections::HashMap;

pub(super) fn check(cx: &Cx<'_>, config: &Config) {
    let stoppers = config.jobs.iter().filter(|job| on_stop(job).is_some());
    if stoppers.clone().next().is_none() {
        return;
    }
    let jobs: HashMap<&str, &JobEntry> = config.jobs.iter().map(|job| (&*job.name, job)).collect();
    for job in stoppers {
        let Some(target) = on_stop(job) else { continue };
        if let Some(text) = fault(job, jobs.get(target).copied()) {
            let message = format!("{} job: on_stop job {target} {text}", job.name);
            cx.report.plain(None, Some(job.environment_span), message);
        }
    }
}

fn on_stop(job: &JobEntry) -> Option<&str> {
    job.plan.environment.as_ref()?.on_stop.as_deref()
}

fn fault(job: &JobEntry, target: Option<&JobEntry>) -> Option<&'static str> {
    let Some(target) = target else { return Some("is not defined") };
    let (Some(own), Some(theirs)) = (&job.plan.environment, &target.plan.environment) else {
        return Some("does not have environment defined");
    };
    if own.name != theirs.name {
        return Some("have different environment name");
    }
    (theirs.action != "stop").then_some("needs to have action stop defined")
}
