//! The merged configuration, checked keyword by keyword and given types.

mod artifacts;
mod cache;
mod defaults;
mod environment;
mod extras;
pub(crate) mod field;
mod image;
mod job;
mod job_entry;
pub(crate) mod needs;
pub(crate) mod parallel;
pub(crate) mod policy;
mod release;
mod retry;
pub(crate) mod rules;
mod stages;
mod trigger;
pub(crate) mod variables;
pub(crate) mod workflow;

pub(crate) use job_entry::JobEntry;

use crate::cx::Cx;
use crate::plan::TopVariable;
use crate::report::{At, nearest};
use crate::weight;
use crate::yaml::{Map, Node, Span, Value};
use defaults::Defaults;
use field::entry;
use workflow::Workflow;

/// A whole configuration with types.
pub(crate) struct Config {
    pub(crate) stages: Vec<String>,
    pub(crate) variables: Vec<TopVariable>,
    pub(crate) workflow: Workflow,
    pub(crate) jobs: Vec<JobEntry>,
}

/// Keys that cannot be a job's name.
const RESERVED: &[&str] =
    &["include", "before_script", "image", "services", "after_script", "variables", "stages", "cache"];
/// Keys with a meaning at the top that are a job's name if they look like one.
const SOFT: &[&str] = &["default", "workflow"];

/// Reads the merged configuration. What is wrong is reported.
pub(crate) fn read(cx: &Cx<'_>, root: &Map) -> Config {
    let report = &cx.report;
    let workflow = section(root, "workflow").map(|node| workflow::workflow(cx, node)).unwrap_or_default();
    let variables = root.get("variables").filter(|node| !node.is_null()).map(|node| {
        let field = field::Field { report, at: variables::top_at(), attribute: "config", node };
        variables::top(&field, variables::TOP)
    });
    let stages_at = At::root("stages");
    let stages = stages::stages(report, &stages_at, root.get("stages"));
    let defaults = Defaults::read(cx, root, section(root, "default"));
    let jobs = jobs(cx, root, &defaults, workflow.rules.is_some());
    Config { stages, variables: variables.unwrap_or_default(), workflow, jobs }
}

/// `default` or `workflow`, unless it is a job of that name.
fn section<'m>(root: &'m Map, key: &str) -> Option<&'m Node> {
    root.get(key).filter(|node| !node.is_null() && job_kind(node).is_none())
}

fn jobs(cx: &Cx<'_>, root: &Map, defaults: &Defaults<'_>, workflow_rules: bool) -> Vec<JobEntry> {
    let at = At::root("jobs");
    let mut jobs = Vec::new();
    let mut visible = false;
    let mut first = None;
    for (key, node) in root.iter() {
        let name: &str = &key.text;
        let is_job = job_kind(node).is_some();
        if (key.is_text && RESERVED.contains(&name)) || (SOFT.contains(&name) && !is_job) {
            continue;
        }
        if name.starts_with('.') {
            continue;
        }
        first = first.or(Some(key.span));
        if key.is_text && name.trim().is_empty() {
            visible = true;
            cx.report.plain(Some(&at), Some(key.span), "jobs:job name can't be blank");
            continue;
        }
        let Some(kind) = job_kind(node) else {
            unmatched(cx, &at, name, node, key.span);
            continue;
        };
        visible = true;
        if !key.is_text {
            cx.report.plain(Some(&at.child(name)), Some(key.span), format!("jobs:{name} name should be a symbol"));
            continue;
        }
        let Some(job) = job::job(cx, &at, key, node, kind, defaults, workflow_rules) else { continue };
        // What comes after a file that is too big is not read either.
        if !cx.spend(job.span, weight::of_plan(&job.plan)) {
            break;
        }
        jobs.push(job);
    }
    if !visible {
        let span = first.unwrap_or(Span {
            line: 0,
            column: 0,
            ..root.iter().next().map_or(Span::default(), |(key, _)| key.span)
        });
        cx.report.entry(&at, span, "config", "should contain at least one visible job");
    }
    jobs
}

/// What a value under a job's name is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum EntryKind {
    /// It has a script.
    Build,
    /// It has a trigger, or needs alone.
    Bridge,
}

fn job_kind(node: &Node) -> Option<EntryKind> {
    let map = node.as_map()?;
    if map.has("script") || map.has("run") {
        Some(EntryKind::Build)
    } else if map.has("trigger") || map.has("needs") {
        Some(EntryKind::Bridge)
    } else {
        None
    }
}

/// A key that is neither a keyword nor a job.
fn unmatched(cx: &Cx<'_>, at: &At<'_>, name: &str, node: &Node, span: Span) {
    // A misspelt `script` is what is meant by the message, so the message points at it.
    let misspelt = match &node.value {
        Value::Map(map) => map
            .iter()
            .find_map(|(key, _)| nearest(&key.text, &["script", "run", "trigger"]).map(|near| (key.span, near))),
        _ => None,
    };
    let keywords: Vec<&str> = RESERVED.iter().chain(SOFT).copied().collect();
    let (span, hint) = match misspelt {
        Some((span, near)) => (span, Some(near)),
        None => (span, nearest(name, &keywords)),
    };
    let text = format!("{name} config should implement the script:, run:, or trigger: keyword").to_lowercase();
    cx.report.plain_with(Some(&at.child(name)), Some(span), format!("jobs {text}"), hint);
}

/// The entry of a key under a block, for the places that read one block twice.
fn sub<'a>(cx: &'a Cx<'_>, at: &'a At<'a>, map: &'a Map, key: &'a str) -> Option<field::Field<'a>> {
    entry(&cx.report, at, map, key)
}
