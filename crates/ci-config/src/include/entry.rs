//! One entry of `include`, at the top of a file or under `trigger` (CI YAML contract §5).

use crate::config::field::{Field, known_keys};
use crate::config::rules::{self, Rule};
use crate::cx::Cx;
use crate::facts::IncludeLocation;
use crate::yaml::{Map, Node, Span, Value};
use std::collections::BTreeMap;

/// One entry, read: a project with several files is several locations.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) locations: Vec<IncludeLocation>,
    pub(crate) inputs: BTreeMap<String, serde_json::Value>,
    pub(crate) rules: Option<Vec<Rule>>,
    pub(crate) span: Span,
}

const KINDS: &[&str] = &["local", "file", "remote", "template", "component", "artifact"];
const KEYS: &[&str] = &[
    "local",
    "file",
    "remote",
    "project",
    "ref",
    "integrity",
    "cache",
    "template",
    "component",
    "artifact",
    "job",
    "inputs",
    "rules",
];

/// Reads a text, a map, or a list of both.
pub(crate) fn read(cx: &Cx<'_>, field: &Field<'_>) -> Vec<Entry> {
    match &field.node.value {
        Value::Seq(items) => items.iter().flat_map(|node| read(cx, &Field { node, ..*field })).collect(),
        Value::Str(text) => vec![simple(text, field.node.span)],
        Value::Map(map) => complex(cx, field, map).into_iter().collect(),
        _ => {
            field.fail("should be an array of hashes or strings");
            Vec::new()
        }
    }
}

fn simple(text: &str, span: Span) -> Entry {
    let remote = text.starts_with("http://") || text.starts_with("https://");
    let location = if remote { IncludeLocation::Remote { url: text.to_owned(), integrity: None } } else { local(text) };
    Entry { locations: vec![location], inputs: BTreeMap::new(), rules: None, span }
}

fn local(path: &str) -> IncludeLocation {
    IncludeLocation::Local { path: path.trim_start_matches('/').to_owned(), of: None }
}

fn complex(cx: &Cx<'_>, field: &Field<'_>, map: &Map) -> Option<Entry> {
    let (report, at) = (field.report, &field.at);
    let known = known_keys(report, at, map, KEYS);
    let has = |key: &str| map.get(key).is_some_and(|node| !node.is_null());
    if has("artifact") && !has("job") {
        field.fail("must specify the job where to fetch the artifact from");
        return None;
    }
    if has("project") && !has("file") {
        field.fail("must specify the file where to fetch the config from");
        return None;
    }
    if has("file") && !has("project") {
        field.fail("must specify the project where to fetch the config from");
        return None;
    }
    let mut kinds = KINDS.iter().copied().filter(|key| has(key));
    let (Some(kind), None) = (kinds.next(), kinds.next()) else {
        if known || KINDS.iter().any(|key| has(key)) {
            one_kind(field);
        }
        return None;
    };
    let rules = crate::config::field::attribute(report, at, map, "rules")
        .map(|own| rules::rules(cx, &own, at, rules::INCLUDE).unwrap_or_default());
    Some(Entry {
        locations: locations(field, map, kind)?,
        inputs: inputs(field, map),
        rules,
        span: map.get(kind).map_or(field.node.span, |node| node.span),
    })
}

fn one_kind(field: &Field<'_>) {
    let json = field.node.to_json();
    let kinds = "Each include must use only one of";
    let message = format!(
        "`{json}` does not have a valid subkey for include. {kinds}: `local`, `project`, `remote`, `template`, `artifact`, `component`"
    );
    field.report.plain(Some(&field.at), Some(field.node.span), message);
}

fn locations(field: &Field<'_>, map: &Map, kind: &str) -> Option<Vec<IncludeLocation>> {
    let text = |key: &str| map.get(key).filter(|node| !node.is_null()).map(|node| path(field, node));
    let main = map.get(kind)?;
    Some(match kind {
        "local" => vec![local(&path(field, main)?)],
        "remote" => {
            let integrity = match text("integrity") {
                Some(value) => Some(value?),
                None => None,
            };
            vec![IncludeLocation::Remote { url: path(field, main)?, integrity }]
        }
        "template" => vec![IncludeLocation::Template { name: path(field, main)? }],
        "component" => vec![IncludeLocation::Component { reference: path(field, main)? }],
        "artifact" => vec![IncludeLocation::Artifact { job: text("job")??, path: path(field, main)? }],
        _ => {
            let project = text("project")??;
            let ref_name = match text("ref") {
                Some(value) => Some(value?),
                None => None,
            };
            let files: Vec<&Node> = main.as_seq().map_or_else(|| vec![main], |items| items.iter().collect());
            files
                .into_iter()
                .map(|node| {
                    let path = path(field, node)?.trim_start_matches('/').to_owned();
                    Some(IncludeLocation::Project { project: project.clone(), ref_name: ref_name.clone(), path })
                })
                .collect::<Option<Vec<_>>>()?
        }
    })
}

/// A location is a text.
fn path(field: &Field<'_>, node: &Node) -> Option<String> {
    let text = node.as_str().map(str::to_owned);
    if text.is_none() {
        let shown = node.scalar_text().map_or_else(|| node.to_json().to_string(), std::borrow::Cow::into_owned);
        let message = format!("Included file `{shown}` needs to be a string");
        field.report.plain(Some(&field.at), Some(node.span), message);
    }
    text
}

fn inputs(field: &Field<'_>, map: &Map) -> BTreeMap<String, serde_json::Value> {
    let Some(own) = crate::config::field::attribute(field.report, &field.at, map, "inputs") else {
        return BTreeMap::new();
    };
    own.map()
        .map(|inner| inner.iter().map(|(key, value)| (key.text.to_string(), value.to_json())).collect())
        .unwrap_or_default()
}
