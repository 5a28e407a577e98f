//! From a checked configuration to the jobs of one pipeline: rules are asked, names multiplied.

mod job;
mod paths;
mod policy;
mod presence;
pub(crate) mod rules;
mod variables;
mod workflow;

pub(crate) use paths::Paths;

use crate::config::Config;
use crate::cx::Cx;
use crate::plan::{AutoCancel, JobPlan, Plan, TopVariable, Variable, Verdict};
use crate::scope::{Known, Scope};
use std::collections::HashMap;

/// What every job's seeding needs.
pub(crate) struct Seeder<'a> {
    pub(crate) cx: &'a Cx<'a>,
    pub(crate) known: &'a Known<'a>,
    pub(crate) paths: &'a Paths<'a>,
    /// Top-level variables with those of the workflow's rule.
    pub(crate) top: Vec<Variable>,
    pub(crate) stage_index: HashMap<&'a str, usize>,
    /// Instance names of every job of the file.
    pub(crate) instances: HashMap<&'a str, Vec<String>>,
}

/// Makes the plan. Errors are reported; the plan is then of no use.
pub(crate) fn seed(cx: &Cx<'_>, config: &Config, known: &Known<'_>) -> Plan {
    let paths = Paths::new(cx.files);
    let mut plan = Plan { stages: config.stages.clone(), ..Plan::default() };
    let top = plain(&config.variables);
    let scope = Scope::new(known, &top, &[]);
    let Some(outcome) = workflow::decide(cx, &config.workflow, &scope, &paths) else {
        plan.verdict = Verdict::FilteredByWorkflow;
        plan.variables.clone_from(&config.variables);
        return plan;
    };
    plan.variables = overridden(&config.variables, &outcome.variables);
    plan.auto_cancel = AutoCancel {
        on_new_commit: outcome.auto_cancel.on_new_commit.unwrap_or_default(),
        on_job_failure: outcome.auto_cancel.on_job_failure.unwrap_or_default(),
    };
    let seeder = Seeder {
        cx,
        known,
        paths: &paths,
        top: plain(&plan.variables),
        stage_index: config.stages.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect(),
        instances: config.jobs.iter().map(|job| (&*job.name, job.instance_names())).collect(),
    };
    plan.jobs = config.jobs.iter().flat_map(|entry| seeder.job(entry)).collect();
    presence::check(cx, config, &mut plan.jobs);
    let scope = Scope::new(known, &seeder.top, &[]);
    plan.name = workflow::name(&config.workflow, &scope);
    plan.verdict = verdict(&plan.jobs);
    plan
}

/// A pipeline of `.pre` and `.post` alone is not made (trap 28).
fn verdict(jobs: &[JobPlan]) -> Verdict {
    if jobs.iter().any(|job| job.stage != ".pre" && job.stage != ".post") { Verdict::Run } else { Verdict::NoJobs }
}

fn plain(variables: &[TopVariable]) -> Vec<Variable> {
    variables
        .iter()
        .map(|variable| Variable { key: variable.key.clone(), value: variable.value.clone(), raw: variable.raw })
        .collect()
}

/// The workflow rule's variables over the top-level ones.
fn overridden(top: &[TopVariable], rule: &[Variable]) -> Vec<TopVariable> {
    let mut list = top.to_vec();
    let mut places: HashMap<String, usize> = list.iter().enumerate().map(|(at, own)| (own.key.clone(), at)).collect();
    for variable in rule {
        let at = *places.entry(variable.key.clone()).or_insert(list.len());
        if at == list.len() {
            list.push(TopVariable { key: variable.key.clone(), ..TopVariable::default() });
        }
        list[at].value.clone_from(&variable.value);
        list[at].raw = variable.raw;
    }
    list
}
