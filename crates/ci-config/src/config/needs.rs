//! `needs` in all its forms (CI YAML contract §7).

use super::field::{Field, attribute, known_keys};
use super::parallel::{Combination, matrix_of};
use crate::plan::CrossNeed;
use crate::yaml::{Map, Node, Span, Value};

/// One job of this pipeline that is needed, as written.
#[derive(Clone, Debug)]
pub(crate) struct NeedItem {
    pub(crate) name: String,
    pub(crate) artifacts: bool,
    pub(crate) optional: bool,
    /// Only these instances.
    pub(crate) matrix: Option<Vec<Combination>>,
    pub(crate) span: Span,
}

/// The whole block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    pub(crate) jobs: Vec<NeedItem>,
    pub(crate) cross: Vec<CrossNeed>,
    pub(crate) span: Span,
}

/// Where a block of needs stands decides what may be in it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Allowed {
    /// Jobs and other pipelines' jobs.
    Job,
    /// Jobs, and a pipeline to mirror.
    Bridge,
    /// Jobs only.
    Rule,
}

const MAX_CROSS: usize = 5;

/// Reads a list, or a map that is one need.
pub(super) fn needs(field: &Field<'_>, allowed: Allowed) -> Option<Needs> {
    let items: Vec<&Node> = match &field.node.value {
        Value::Map(_) => vec![field.node],
        Value::Seq(items) => flatten(items),
        _ => {
            field.fail("can only be a hash or an array");
            return None;
        }
    };
    let mut needs = Needs { span: field.node.span, ..Needs::default() };
    let at = field.at.child("need");
    for node in items {
        one(&Field { report: field.report, at, attribute: "config", node }, &mut needs);
    }
    let mirrors = needs.cross.iter().filter(|need| matches!(need, CrossNeed::Mirror { .. })).count();
    let others = needs.cross.len() - mirrors;
    let wrong = match allowed {
        Allowed::Job => (mirrors > 0).then_some("bridge"),
        Allowed::Bridge => (others > 0).then_some("cross_dependency"),
        Allowed::Rule => (!needs.cross.is_empty()).then_some("cross_dependency"),
    };
    if let Some(kind) = wrong {
        field.fail(&format!("uses invalid types: {kind}"));
        return None;
    }
    if others > MAX_CROSS {
        field.fail(&format!("must be less than or equal to {MAX_CROSS}"));
        return None;
    }
    Some(needs)
}

fn flatten(items: &[Node]) -> Vec<&Node> {
    items.iter().flat_map(|item| item.as_seq().map_or_else(|| vec![item], flatten)).collect()
}

fn one(field: &Field<'_>, needs: &mut Needs) {
    let span = field.node.span;
    match &field.node.value {
        Value::Str(name) if name.trim().is_empty() => field.fail("can't be blank"),
        Value::Str(name) => {
            needs.jobs.push(NeedItem { name: name.to_string(), artifacts: true, optional: false, matrix: None, span });
        }
        Value::Map(map) => {
            let has = |key: &str| map.get(key).is_some_and(|node| !node.is_null());
            if has("project") || (has("ref") && !has("pipeline")) {
                needs.cross.extend(project(field, map));
            } else if has("pipeline") && has("job") {
                needs.cross.extend(pipeline(field, map));
            } else if has("pipeline") {
                needs.cross.extend(mirror(field, map));
            } else if map.has("job") {
                needs.jobs.extend(job(field, map));
            } else {
                unsupported(field, map);
            }
        }
        _ => Field { attribute: "", ..*field }.fail("has an unsupported type"),
    }
}

fn unsupported(field: &Field<'_>, map: &Map) {
    let hint = map.iter().next().map(|(key, _)| format!("a need names its job: `job: …` instead of `{}`", key.text));
    Field { attribute: "", ..*field }.fail_with("has an unsupported type", hint);
}

/// A text that must be there.
fn required(field: &Field<'_>, map: &Map, key: &'static str) -> Option<String> {
    match attribute(field.report, &field.at, map, key).filter(|own| !own.node.is_blank()) {
        None => {
            Field { attribute: key, ..*field }.fail("can't be blank");
            None
        }
        Some(own) => own.string(),
    }
}

fn flag(field: &Field<'_>, map: &Map, key: &'static str, default: bool) -> bool {
    attribute(field.report, &field.at, map, key).and_then(|own| own.boolean()).unwrap_or(default)
}

fn job(field: &Field<'_>, map: &Map) -> Option<NeedItem> {
    known_keys(field.report, &field.at, map, &["job", "artifacts", "optional", "parallel"]);
    let matrix = super::field::entry(field.report, &field.at, map, "parallel").and_then(|own| {
        let Some(inner) = own.node.as_map() else {
            Field { attribute: "", ..own }.fail("should be a hash");
            return None;
        };
        matrix_of(&own, inner)
    });
    Some(NeedItem {
        name: required(field, map, "job")?,
        artifacts: flag(field, map, "artifacts", true),
        optional: flag(field, map, "optional", false),
        matrix,
        span: map.get("job").map_or(field.node.span, |node| node.span),
    })
}

fn project(field: &Field<'_>, map: &Map) -> Option<CrossNeed> {
    known_keys(field.report, &field.at, map, &["project", "ref", "job", "artifacts"]);
    let (project, job, ref_name) =
        (required(field, map, "project"), required(field, map, "job"), required(field, map, "ref"));
    Some(CrossNeed::Project {
        project: project?,
        job: job?,
        ref_name: ref_name?,
        artifacts: flag(field, map, "artifacts", true),
    })
}

fn pipeline(field: &Field<'_>, map: &Map) -> Option<CrossNeed> {
    known_keys(field.report, &field.at, map, &["pipeline", "job", "artifacts"]);
    let (pipeline, job) = (required(field, map, "pipeline"), required(field, map, "job"));
    Some(CrossNeed::Pipeline { pipeline: pipeline?, job: job?, artifacts: flag(field, map, "artifacts", true) })
}

fn mirror(field: &Field<'_>, map: &Map) -> Option<CrossNeed> {
    known_keys(field.report, &field.at, map, &["pipeline"]);
    Some(CrossNeed::Mirror { project: required(field, map, "pipeline")? })
}
