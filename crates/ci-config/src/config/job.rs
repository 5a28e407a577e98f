//! One job: which keys it may have, and their values.

use super::defaults::{Defaults, Inherit};
use super::field::{Field, attribute, entry, known_keys};
use super::job_entry::JobEntry;
use super::needs::Allowed;
use super::{
    EntryKind, artifacts, cache, environment, extras, image, needs, parallel, policy, release, retry, rules, trigger,
    variables,
};
use crate::cx::Cx;
use crate::plan::JobPlan;
use crate::report::At;
use crate::yaml::{Key, Map, Node, Span, Value};
use pipewright_model::{JobKind, When};

/// Keys of every kind of job.
const SHARED: &[&str] = &[
    "extends",
    "stage",
    "only",
    "except",
    "rules",
    "variables",
    "inherit",
    "allow_failure",
    "when",
    "needs",
    "resource_group",
    "environment",
    "interruptible",
    "parallel",
    "manual_confirmation",
];
/// Keys of jobs with a script.
const BUILD: &[&str] = &[
    "tags",
    "script",
    "run",
    "image",
    "services",
    "start_in",
    "artifacts",
    "cache",
    "dependencies",
    "before_script",
    "after_script",
    "hooks",
    "coverage",
    "retry",
    "timeout",
    "release",
    "id_tokens",
    "secrets",
    "publish",
    "pages",
    "identity",
    "dast_configuration",
    "inputs",
];

const MAX_NAME: usize = 255;
const MAX_TAGS: usize = 50;
/// One month, the longest a job may run.
const MAX_TIMEOUT: i64 = 2_629_746;

const MULTIPLE_PIPELINES: &str = "may allow multiple pipelines to run for a single action due to `rules:when` clause with no `workflow:rules` - read more: https://docs.gitlab.com/ee/ci/jobs/job_troubleshooting.html#job-may-allow-multiple-pipelines-to-run-for-a-single-action-warning";

/// Reads one job. `None` if it is not even a job.
pub(super) fn job(
    cx: &Cx<'_>,
    jobs: &At<'_>,
    key: &Key,
    node: &Node,
    kind: EntryKind,
    defaults: &Defaults<'_>,
    workflow_rules: bool,
) -> Option<JobEntry> {
    let at = &jobs.child(&key.text);
    let map: &Map = node.as_map()?;
    check_keys(cx, at, key.span, map, kind, &key.text);
    let whole = Field { report: &cx.report, at: *at, attribute: "config", node };
    let mut plan = JobPlan { base_name: key.text.to_string(), ..JobPlan::default() };
    let inherit = entry(&cx.report, at, map, "inherit").map(|field| Inherit::read(&field)).unwrap_or_default();
    match kind {
        EntryKind::Build => build(cx, &whole, map, defaults, &inherit, &mut plan),
        EntryKind::Bridge => bridge(cx, &whole, map, defaults, &inherit, &mut plan),
    }
    shared_plan(cx, at, map, &mut plan);
    let rules_field = attribute(&cx.report, at, map, "rules");
    let has_rules = rules_field.is_some();
    let rules = rules_field.and_then(|field| rules::rules(cx, &field, at, rules::JOB));
    if !workflow_rules {
        warn_bare_when(cx, at, map);
    }
    let when = attribute(&cx.report, at, map, "when").and_then(|field| when(&field, kind));
    let (allow_failure, exit_codes) = allow_failure(cx, at, map, kind);
    let stage = entry(&cx.report, at, map, "stage");
    let span = stage.map_or(key.span, |field| field.node.span);
    let allowed = if kind == EntryKind::Build { Allowed::Job } else { Allowed::Bridge };
    Some(JobEntry {
        name: key.text.clone(),
        span: key.span,
        plan,
        stage: stage.and_then(|field| stage_name(&field)).unwrap_or_else(|| "test".to_owned()),
        stage_span: span,
        when,
        start_in: start_in(cx, at, map, when, has_rules || kind == EntryKind::Bridge),
        allow_failure,
        exit_codes,
        variables: entry(&cx.report, at, map, "variables")
            .map(|field| variables::plain(&field, variables::JOB))
            .unwrap_or_default(),
        inherited: inherit.variables,
        rules,
        only: entry(&cx.report, at, map, "only").and_then(|field| policy::policy(cx, &field)),
        except: entry(&cx.report, at, map, "except").and_then(|field| policy::policy(cx, &field)),
        default_only: !has_rules && !workflow_rules,
        parallel: entry(&cx.report, at, map, "parallel")
            .and_then(|field| parallel::parallel(&field, kind == EntryKind::Bridge)),
        needs: entry(&cx.report, at, map, "needs").and_then(|field| needs::needs(&field, allowed)),
        dependencies: dependencies(cx, at, map),
        environment_span: map.get("environment").map_or(key.span, |node| node.span),
    })
}

fn stage_name(field: &Field<'_>) -> Option<String> {
    let name = field.string()?;
    if name.chars().count() > MAX_NAME {
        field.fail("is too long (maximum is 255 characters)");
    }
    Some(name)
}

fn check_keys(cx: &Cx<'_>, at: &At<'_>, span: Span, map: &Map, kind: EntryKind, name: &str) {
    let report = &cx.report;
    if name.chars().count() > MAX_NAME {
        report.entry(at, span, "name", "is too long (maximum is 255 characters)");
    }
    let exclusive = |pair: [&str; 2]| {
        if pair.iter().all(|key| map.has(key)) {
            let text = format!("these keys cannot be used together: {}, {}", pair[0], pair[1]);
            report.entry(at, map.get(pair[1]).map_or(span, |node| node.span), "config", &text);
        }
    };
    for pair in [["script", "trigger"], ["run", "trigger"]] {
        exclusive(pair);
    }
    for pair in [["run", "script"], ["run", "before_script"], ["run", "after_script"]] {
        exclusive(pair);
    }
    let mut allowed: Vec<&str> = SHARED.to_vec();
    match kind {
        EntryKind::Build => allowed.extend(BUILD),
        EntryKind::Bridge => allowed.push("inputs"),
    }
    // A trigger beside a script has its own error above.
    allowed.push("trigger");
    known_keys(report, at, map, &allowed);
    if map.get("rules").is_some_and(|node| !node.is_null()) {
        let with: Vec<&str> = ["only", "except", "start_in"]
            .into_iter()
            .filter(|key| map.get(key).is_some_and(|node| !node.is_null()))
            .collect();
        if let Some(first) = with.first() {
            let text = format!("key may not be used with `rules`: {}", with.join(", "));
            report.entry(at, map.get(first).map_or(span, |node| node.span), "config", &text);
        }
    }
}

/// A key's own value, or the inherited one; errors of inherited values are reported at their place.
fn effective(
    cx: &Cx<'_>,
    at: &At<'_>,
    map: &Map,
    key: &str,
    defaults: &Defaults<'_>,
    inherit: &Inherit,
    plan: &mut JobPlan,
) {
    if let Some(field) = entry(&cx.report, at, map, key) {
        inheritable(key, &field, plan);
    } else if inherit.takes(key)
        && let Some(node) = defaults.get(key)
    {
        let field = Field { report: &cx.report, at: at.child(key), attribute: "config", node };
        cx.report.silently(|| inheritable(key, &field, plan));
    }
}

/// Reads a key that `default` may hold too.
pub(super) fn inheritable(key: &str, field: &Field<'_>, plan: &mut JobPlan) {
    match key {
        "before_script" => {
            if let Some(mut lines) = field.script() {
                plan.before_script_lines = lines.len();
                lines.append(&mut plan.script);
                plan.script = lines;
            }
        }
        "after_script" => plan.after_script = field.script().unwrap_or_default(),
        "hooks" => plan.hooks = extras::hooks(field).unwrap_or_default(),
        "cache" => plan.cache = cache::caches(field).unwrap_or_default(),
        "image" => plan.image = image::image(field),
        "services" => plan.services = image::services(field).unwrap_or_default(),
        "interruptible" => plan.interruptible = field.boolean(),
        "timeout" => plan.timeout = field.duration_up_to(MAX_TIMEOUT),
        "retry" => plan.retry = retry::retry(field),
        "tags" => plan.tags = tags(field),
        "artifacts" => plan.artifacts = artifacts::artifacts(field),
        "id_tokens" => plan.id_tokens = extras::id_tokens(field).unwrap_or_default(),
        "identity" => plan.identity = field.string(),
        _ => {}
    }
}

fn build(cx: &Cx<'_>, whole: &Field<'_>, map: &Map, defaults: &Defaults<'_>, inherit: &Inherit, plan: &mut JobPlan) {
    let at = &whole.at;
    plan.kind = JobKind::Build;
    let own = |key: &'static str| entry(&cx.report, at, map, key);
    match (own("script"), own("run")) {
        (Some(field), _) if blank_script(field.node) => {
            cx.report.entry(at, field.node.span, "script", "can't be blank");
        }
        (Some(field), _) => plan.script = field.script().unwrap_or_default(),
        (None, Some(field)) => plan.run = extras::run(&field),
        (None, None) => cx.report.entry(at, whole.node.span, "script", "can't be blank"),
    }
    for key in super::defaults::KEYS {
        // `run` stands alone: no shell lines are put around it.
        if plan.run.is_none() || !matches!(*key, "before_script" | "after_script") {
            effective(cx, at, map, key, defaults, inherit, plan);
        }
    }
    plan.coverage = own("coverage").and_then(|field| extras::coverage(&field));
    plan.release = own("release").and_then(|field| release::release(&field));
    plan.secrets = own("secrets").and_then(|field| extras::secrets(&field)).unwrap_or_default();
    plan.pages = extras::pages(whole, &plan.base_name, map);
    plan.inputs = own("inputs").and_then(|field| extras::inputs(&field)).unwrap_or_default();
}

fn blank_script(node: &Node) -> bool {
    match &node.value {
        Value::Str(text) => text.is_empty(),
        Value::Seq(items) => items.is_empty(),
        _ => false,
    }
}

fn bridge(cx: &Cx<'_>, whole: &Field<'_>, map: &Map, defaults: &Defaults<'_>, inherit: &Inherit, plan: &mut JobPlan) {
    let at = &whole.at;
    plan.kind = JobKind::Bridge;
    match entry(&cx.report, at, map, "trigger") {
        Some(field) => plan.trigger = trigger::trigger(cx, &field),
        None => {
            let mirrors = map.get("needs").and_then(|node| node.get("pipeline")).is_some()
                || map.get("needs").and_then(Node::as_seq).is_some_and(|items| {
                    items.iter().any(|item| item.get("pipeline").is_some() && item.get("job").is_none())
                });
            if !mirrors {
                let hint = "a job needs a `script`, a `run` or a `trigger`".to_owned();
                cx.report.entry_with(
                    at,
                    whole.node.span,
                    "config",
                    "should contain either a trigger or a needs:pipeline",
                    Some(hint),
                );
            }
        }
    }
    effective(cx, at, map, "interruptible", defaults, inherit, plan);
}

fn shared_plan(cx: &Cx<'_>, at: &At<'_>, map: &Map, plan: &mut JobPlan) {
    plan.environment = entry(&cx.report, at, map, "environment").and_then(|field| environment::environment(&field));
    plan.resource_group = attribute(&cx.report, at, map, "resource_group").and_then(|field| field.string());
    plan.manual_confirmation = attribute(&cx.report, at, map, "manual_confirmation").and_then(|field| field.string());
    // Checked here, used before: `extends` is resolved when the jobs are merged.
    if let Some(field) = attribute(&cx.report, at, map, "extends") {
        field.strings_or_string();
    }
}

fn when(field: &Field<'_>, kind: EntryKind) -> Option<When> {
    let build = ["on_success", "on_failure", "always", "manual", "delayed"];
    let words = if kind == EntryKind::Build { &build[..] } else { &build[..4] };
    field.one_of(words)?.parse().ok()
}

fn start_in(cx: &Cx<'_>, at: &At<'_>, map: &Map, when: Option<When>, has_rules: bool) -> Option<i64> {
    let field = attribute(&cx.report, at, map, "start_in");
    match (when == Some(When::Delayed), field) {
        (true, Some(field)) => Field { attribute: "start in", ..field }.duration_up_to(rules::MAX_DELAY),
        (true, None) if !has_rules => {
            let span = map.get("when").map_or(Span::default(), |node| node.span);
            cx.report.entry(at, span, "start in", "should be a duration");
            None
        }
        (false, Some(field)) if !has_rules => {
            Field { attribute: "start in", ..field }.fail("must be blank");
            None
        }
        _ => None,
    }
}

fn allow_failure(cx: &Cx<'_>, at: &At<'_>, map: &Map, kind: EntryKind) -> (Option<bool>, Vec<i64>) {
    let Some(field) = attribute(&cx.report, at, map, "allow_failure") else { return (None, Vec::new()) };
    match &field.node.value {
        Value::Bool(value) => (Some(*value), Vec::new()),
        Value::Map(inner) if kind == EntryKind::Build => {
            let at = at.child("allow_failure");
            known_keys(&cx.report, &at, inner, &["exit_codes"]);
            let codes = attribute(&cx.report, &at, inner, "exit_codes").and_then(|own| own.integers());
            (Some(false), codes.unwrap_or_default())
        }
        _ => {
            let build = "should be a hash or a boolean value";
            field.fail(if kind == EntryKind::Build { build } else { "should be a boolean value" });
            (None, Vec::new())
        }
    }
}

fn tags(field: &Field<'_>) -> Vec<String> {
    let tags = field.strings().unwrap_or_default();
    if tags.len() >= MAX_TAGS {
        field.fail("must be less than the limit of 50 tags");
    }
    tags
}

fn dependencies(cx: &Cx<'_>, at: &At<'_>, map: &Map) -> Option<Vec<(String, Span)>> {
    let field = attribute(&cx.report, at, map, "dependencies")?;
    let names = field.strings()?;
    let spans = field.node.as_seq().unwrap_or_default().iter().map(|node| node.span);
    Some(names.into_iter().zip(spans).collect())
}

/// A last rule that is a bare `when` makes branch and merge request pipelines at once.
fn warn_bare_when(cx: &Cx<'_>, at: &At<'_>, map: &Map) {
    let Some(mut last) = map.get("rules") else { return };
    while let Some(items) = last.as_seq() {
        let Some(item) = items.last() else { return };
        last = item;
    }
    let Some(rule) = last.as_map() else { return };
    if rule.len() == 1 && rule.get("when").is_some_and(|node| node.as_str() != Some("never")) {
        cx.report.warn(Some(at), Some(last.span), format!("{} {MULTIPLE_PIPELINES}", at.location()));
    }
}
