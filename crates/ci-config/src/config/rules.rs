//! `rules` of jobs, of the workflow and of includes (CI YAML contract §6).

use super::field::{Field, MAX_NESTING, attribute, entry, known_keys};
use super::needs::{self, Needs};
use super::variables;
use super::workflow::{self, AutoCancelPart};
use crate::cx::Cx;
use crate::expr::Expr;
use crate::plan::Variable;
use crate::report::{At, nearest};
use crate::yaml::{Map, Node, Span, Value};
use pipewright_model::When;
use std::rc::Rc;

/// Patterns of one `changes` or `exists`.
const MAX_PATHS: usize = 50;
/// `start_in` of a rule, in seconds.
pub(super) const MAX_DELAY: i64 = 604_800;

/// One rule, ready to be asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rule {
    pub(crate) condition: Option<Rc<Expr>>,
    pub(crate) changes: Option<ChangesRule>,
    pub(crate) exists: Option<ExistsRule>,
    pub(crate) when: Option<When>,
    pub(crate) start_in: Option<i64>,
    pub(crate) allow_failure: Option<bool>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) needs: Option<Needs>,
    pub(crate) interruptible: Option<bool>,
    pub(crate) auto_cancel: AutoCancelPart,
    pub(crate) span: Span,
}

/// `changes`.
#[derive(Clone, Debug)]
pub(crate) struct ChangesRule {
    pub(crate) paths: Vec<String>,
    pub(crate) compare_to: Option<String>,
}

/// `exists`.
#[derive(Clone, Debug)]
pub(crate) struct ExistsRule {
    pub(crate) paths: Vec<String>,
    pub(crate) project: Option<String>,
    pub(crate) ref_name: Option<String>,
}

/// Whose rules they are: what a rule may say.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    keys: &'static [&'static str],
    whens: &'static [&'static str],
}

/// Rules of a job.
pub(crate) const JOB: Kind = Kind {
    keys: &["if", "changes", "exists", "when", "start_in", "allow_failure", "variables", "needs", "interruptible"],
    whens: &["on_success", "on_failure", "always", "never", "manual", "delayed"],
};
/// Rules of the workflow; what only jobs can use is taken and ignored.
pub(crate) const WORKFLOW: Kind = Kind {
    keys: &["if", "changes", "exists", "when", "start_in", "allow_failure", "variables", "needs", "auto_cancel"],
    whens: &["always", "never"],
};
/// Rules of an include.
pub(crate) const INCLUDE: Kind = Kind { keys: &["if", "exists", "when", "changes"], whens: &["never", "always"] };

/// Reads a list of rules, lists within it flattened. `field` is the attribute of the parent.
pub(crate) fn rules(cx: &Cx<'_>, field: &Field<'_>, at: &At<'_>, kind: Kind) -> Option<Vec<Rule>> {
    let mut nodes = Vec::new();
    let good = field.node.as_seq().is_some_and(|items| flatten(items, 1, &mut nodes));
    if !good {
        field.fail("should be an array containing hashes and arrays of hashes");
        return None;
    }
    let rules_at = at.child("rules");
    let at = rules_at.child("rule");
    Some(nodes.into_iter().map(|(node, map)| rule(cx, &at, node, map, kind)).collect())
}

fn flatten<'n>(items: &'n [Node], level: usize, out: &mut Vec<(&'n Node, &'n Map)>) -> bool {
    level <= MAX_NESTING
        && items.iter().all(|item| match &item.value {
            Value::Map(map) => {
                out.push((item, map));
                true
            }
            Value::Seq(inner) => flatten(inner, level + 1, out),
            _ => false,
        })
}

fn rule(cx: &Cx<'_>, at: &At<'_>, node: &Node, map: &Map, kind: Kind) -> Rule {
    let report = &cx.report;
    if map.is_empty() {
        report.entry(at, node.span, "config", "can't be blank");
        return Rule { span: node.span, ..Rule::default() };
    }
    known_keys(report, at, map, kind.keys);
    let when = attribute(report, at, map, "when").and_then(|field| when(&field, kind.whens));
    let part = |key: &'static str| attribute(report, at, map, key);
    Rule {
        condition: condition(cx, at, map),
        changes: entry(report, at, map, "changes").and_then(|field| changes(&field)),
        exists: entry(report, at, map, "exists").and_then(|field| exists(&field)),
        when,
        start_in: start_in(cx, at, node, map, when),
        allow_failure: part("allow_failure").and_then(|field| field.boolean()),
        variables: entry(report, at, map, "variables")
            .map(|field| variables::plain(&field, variables::PLAIN))
            .unwrap_or_default(),
        needs: entry(report, at, map, "needs").and_then(|field| needs::needs(&field, needs::Allowed::Rule)),
        interruptible: part("interruptible").and_then(|field| field.boolean()),
        auto_cancel: entry(report, at, map, "auto_cancel")
            .map(|field| workflow::auto_cancel(&field))
            .unwrap_or_default(),
        span: node.span,
    }
}

/// `if`; an empty one is no expression either.
fn condition(cx: &Cx<'_>, at: &At<'_>, map: &Map) -> Option<Rc<Expr>> {
    let node = map.get("if")?;
    let parsed = match node.as_str() {
        Some(text) => cx.expr(text),
        None => Err("a condition is a text".to_owned()),
    };
    let parsed = parsed.and_then(|expr| {
        let strange = expr.asks_for_inputs();
        if strange { Err("a file needs a `spec:inputs` header to use its inputs".to_owned()) } else { Ok(expr) }
    });
    match parsed {
        Ok(expr) => Some(expr),
        Err(why) => {
            cx.report.entry_with(at, node.span, "if", "invalid expression syntax", Some(why));
            None
        }
    }
}

fn when(field: &Field<'_>, words: &[&str]) -> Option<When> {
    let text = field.node.scalar_text().unwrap_or_default();
    if !words.contains(&text.as_ref()) {
        let shown = if text.is_empty() { field.node.to_json().to_string() } else { text.to_string() };
        field.fail_with(&format!("unknown value: {shown}"), nearest(&text, words));
        return None;
    }
    text.parse().ok()
}

fn start_in(cx: &Cx<'_>, at: &At<'_>, node: &Node, map: &Map, when: Option<When>) -> Option<i64> {
    let field = attribute(&cx.report, at, map, "start_in");
    match (when == Some(When::Delayed), field) {
        (true, Some(field)) => Field { attribute: "start in", ..field }.duration_up_to(MAX_DELAY),
        (true, None) => {
            cx.report.entry(at, node.span, "start in", "can't be blank");
            None
        }
        (false, Some(field)) => {
            cx.report.entry(at, field.node.span, "config", "contains disallowed keys: start_in");
            None
        }
        (false, None) => None,
    }
}

fn paths(field: &Field<'_>) -> Option<Vec<String>> {
    let list = field.strings()?;
    if list.len() > MAX_PATHS {
        field.fail("has too many entries (maximum 50)");
        return None;
    }
    Some(list)
}

/// A list of patterns or `{paths, compare_to}`.
pub(super) fn changes(field: &Field<'_>) -> Option<ChangesRule> {
    let (report, at) = (field.report, &field.at);
    match &field.node.value {
        Value::Map(map) => {
            known_keys(report, at, map, &["paths", "compare_to"]);
            let Some(own) = attribute(report, at, map, "paths") else {
                field.fail("missing required keys: paths");
                return None;
            };
            let compare_to = attribute(report, at, map, "compare_to")
                .and_then(|own| Field { attribute: "compare to", ..own }.string());
            Some(ChangesRule { paths: paths(&own)?, compare_to })
        }
        Value::Seq(_) => Some(ChangesRule { paths: paths(field)?, compare_to: None }),
        _ => {
            Field { attribute: "config", ..*field }.fail("should be an array of strings");
            None
        }
    }
}

fn exists(field: &Field<'_>) -> Option<ExistsRule> {
    let (report, at) = (field.report, &field.at);
    let Some(map) = field.node.as_map() else {
        return Some(ExistsRule { paths: paths(field)?, project: None, ref_name: None });
    };
    known_keys(report, at, map, &["paths", "project", "ref"]);
    let Some(own) = attribute(report, at, map, "paths") else {
        field.fail("missing required keys: paths");
        return None;
    };
    let project = attribute(report, at, map, "project");
    let ref_name = attribute(report, at, map, "ref");
    if ref_name.is_some() && project.is_none() {
        field.fail("missing required keys: project");
        return None;
    }
    Some(ExistsRule {
        paths: paths(&own)?,
        project: project.and_then(|own| own.string()),
        ref_name: ref_name.and_then(|own| own.string()),
    })
}
