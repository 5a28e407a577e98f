//! A configuration looked at without making a pipeline: what GitLab's CI lint answers.

use crate::config::{self, Config, JobEntry};
use crate::cx::Cx;
use crate::diagnostic::Diagnostics;
use crate::facts::{Facts, Files, SourceFile};
use crate::plan::{JobPlan, Plan};
use crate::scope::Known;
use crate::yaml::{self, Map, Node, Value};
use crate::{check, merged, seed};
use pipewright_model::{Need, When};
use serde_json::{Value as Json, json};
use std::rc::Rc;

/// What was found.
#[derive(Debug, Default)]
pub struct Linted {
    /// Everything that is wrong, and the warnings.
    pub found: Diagnostics,
    /// The one merged file; `None` where includes or parents could not be resolved.
    pub merged_yaml: Option<String>,
    /// Of a static check without errors: every visible job, whatever its rules say, in the order of the file.
    pub jobs: Vec<StaticJob>,
    /// Of a simulation without errors: the pipeline that would be made, if its verdict lets it.
    pub plan: Option<Plan>,
}

/// A job as the file has it, no rule asked.
#[derive(Clone, Debug)]
pub struct StaticJob {
    /// All that rules do not change.
    pub plan: JobPlan,
    /// `only` as written, a list under `refs`; `{refs: [branches, tags]}` for a job without either.
    pub only: Json,
    /// `except` as written, a list under `refs`.
    pub except: Json,
}

/// Checks a file: keyword by keyword and job by job, and on `simulate` the rules too.
pub fn lint(source: &SourceFile, facts: &Facts, files: &dyn Files, simulate: bool) -> Linted {
    let cx = Cx::new(facts, files);
    let mut linted = Linted::default();
    steps(&cx, source, simulate, &mut linted);
    linted.found = cx.report.take();
    if !linted.found.errors.is_empty() {
        linted.jobs.clear();
        linted.plan = None;
    }
    linted
}

fn steps(cx: &Cx<'_>, source: &SourceFile, simulate: bool, linted: &mut Linted) {
    let known = Known::new(cx.facts);
    let Some(root) = merged(cx, source, &known) else { return };
    linted.merged_yaml = Some(yaml::emit(&root));
    let config = config::read(cx, &root);
    if cx.report.has_errors() {
        return;
    }
    check::check(cx, &config);
    if cx.report.has_errors() {
        return;
    }
    if simulate {
        linted.plan = Some(seed::seed(cx, &config, &known));
    } else {
        linted.jobs = config.jobs.iter().flat_map(|entry| jobs(&config, entry, &root)).collect();
    }
}

/// The instances of one job.
fn jobs(config: &Config, entry: &JobEntry, root: &Rc<Map>) -> Vec<StaticJob> {
    let written = root.get(&entry.name).and_then(Node::as_map);
    let policy = |key: &str| written.and_then(|map| map.get(key)).map_or(Json::Null, refs);
    let only = match policy("only") {
        Json::Null if entry.default_only => json!({ "refs": ["branches", "tags"] }),
        only => only,
    };
    let except = policy("except");
    let mut plan = entry.plan.clone();
    plan.stage.clone_from(&entry.stage);
    plan.stage_index = config.stages.iter().position(|stage| *stage == entry.stage).unwrap_or(0);
    plan.when = entry.when.unwrap_or(When::OnSuccess);
    plan.allow_failure = entry.allow_failure.unwrap_or(entry.when == Some(When::Manual));
    plan.needs = entry.needs.as_ref().map(|needs| {
        let need = |name: String, artifacts, optional| Need { name, artifacts, optional };
        needs.jobs.iter().map(|item| need(item.name.clone(), item.artifacts, item.optional)).collect()
    });
    let instance =
        |name| StaticJob { plan: JobPlan { name, ..plan.clone() }, only: only.clone(), except: except.clone() };
    entry.instance_names().into_iter().map(instance).collect()
}

/// A list is short for its `refs`.
fn refs(node: &Node) -> Json {
    match &node.value {
        Value::Seq(_) => json!({ "refs": node.to_json() }),
        _ => node.to_json(),
    }
}
