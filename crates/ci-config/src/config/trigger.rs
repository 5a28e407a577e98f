//! `trigger`: another project's pipeline or a child (CI YAML contract §7).

use super::field::{Field, attribute, entry, known_keys};
use crate::cx::Cx;
use crate::facts::IncludeLocation;
use crate::include::entry as include_entry;
use crate::plan::{Forward, Strategy, Trigger, TriggerInclude, TriggerTarget};
use crate::yaml::{Map, Value};
use std::collections::BTreeMap;

/// Files a child may be made of.
const MAX_INCLUDES: usize = 3;

/// Reads a project's path or the map form.
pub(super) fn trigger(cx: &Cx<'_>, field: &Field<'_>) -> Option<Trigger> {
    match &field.node.value {
        Value::Str(path) => {
            let path = project_path(field, path)?;
            Some(Trigger {
                target: TriggerTarget::Project { path, branch: None },
                strategy: None,
                forward: Forward::default(),
                inputs: BTreeMap::new(),
            })
        }
        Value::Map(map) if map.has("include") => child(cx, field, map),
        Value::Map(map) if map.has("project") => project(field, map),
        Value::Map(_) => {
            let message = "config must specify either project or include";
            field.report.plain(Some(&field.at), Some(field.node.span), message);
            None
        }
        _ => {
            Field { attribute: "", ..*field }.fail("has to be either a string or a hash");
            None
        }
    }
}

/// A path has a namespace; variables may stand for all of it.
fn project_path(field: &Field<'_>, text: &str) -> Option<String> {
    if text.trim().is_empty() {
        field.fail("can't be blank");
        return None;
    }
    let inner = |c: char| c.is_alphanumeric() || "-_./${}".contains(c);
    let shaped = !text.starts_with('/') && !text.ends_with('/') && text.chars().all(inner);
    if !shaped || !(text.contains('/') || text.contains('$')) {
        field.fail("should be the path of a project: group/project");
        return None;
    }
    Some(text.to_owned())
}

fn project(field: &Field<'_>, map: &Map) -> Option<Trigger> {
    let (report, at) = (field.report, &field.at);
    known_keys(report, at, map, &["project", "branch", "strategy", "forward", "inputs"]);
    let Some(own) = attribute(report, at, map, "project") else {
        Field { attribute: "project", ..*field }.fail("can't be blank");
        return None;
    };
    Some(Trigger {
        target: TriggerTarget::Project {
            path: project_path(&own, &own.string()?)?,
            branch: attribute(report, at, map, "branch").and_then(|own| own.string()),
        },
        strategy: strategy(field, map),
        forward: forward(field, map),
        inputs: inputs(field, map),
    })
}

fn child(cx: &Cx<'_>, field: &Field<'_>, map: &Map) -> Option<Trigger> {
    let (report, at) = (field.report, &field.at);
    known_keys(report, at, map, &["include", "strategy", "forward", "inputs"]);
    let own = entry(report, at, map, "include");
    let Some(own) = own.filter(|own| !own.node.is_blank()) else {
        let message = "config must specify either project or include";
        report.plain(Some(at), Some(field.node.span), message);
        return None;
    };
    let entries = include_entry::read(cx, &own);
    if entries.len() > MAX_INCLUDES {
        own.fail("is too long (maximum is 3)");
        return None;
    }
    let includes = entries.into_iter().flat_map(|entry| {
        let inputs = entry.inputs;
        entry.locations.into_iter().map(move |location| TriggerInclude { location, inputs: inputs.clone() })
    });
    let includes: Vec<TriggerInclude> = includes.collect();
    for include in &includes {
        if let IncludeLocation::Project { project, .. } = &include.location {
            project_path(&Field { attribute: "config project", ..own }, project)?;
        }
    }
    Some(Trigger {
        target: TriggerTarget::Child(includes),
        strategy: strategy(field, map),
        forward: forward(field, map),
        inputs: inputs(field, map),
    })
}

fn strategy(field: &Field<'_>, map: &Map) -> Option<Strategy> {
    let own = attribute(field.report, &field.at, map, "strategy")?;
    Some(match own.word(&["depend", "mirror"], "should be depend or mirror")?.as_str() {
        "mirror" => Strategy::Mirror,
        _ => Strategy::Depend,
    })
}

fn forward(field: &Field<'_>, map: &Map) -> Forward {
    let default = Forward::default();
    let Some(own) = entry(field.report, &field.at, map, "forward") else { return default };
    let Some(inner) = own.map() else { return default };
    known_keys(own.report, &own.at, inner, &["yaml_variables", "pipeline_variables"]);
    let flag = |key: &'static str, fallback: bool| {
        attribute(own.report, &own.at, inner, key).and_then(|part| part.boolean()).unwrap_or(fallback)
    };
    Forward {
        yaml_variables: flag("yaml_variables", default.yaml_variables),
        pipeline_variables: flag("pipeline_variables", default.pipeline_variables),
    }
}

fn inputs(field: &Field<'_>, map: &Map) -> BTreeMap<String, serde_json::Value> {
    let Some(own) = attribute(field.report, &field.at, map, "inputs") else { return BTreeMap::new() };
    own.map()
        .map(|inner| inner.iter().map(|(key, value)| (key.text.to_string(), value.to_json())).collect())
        .unwrap_or_default()
}
