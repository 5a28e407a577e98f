//! The header document: `spec` with `inputs`, `include` and `component`.

use super::Given;
use crate::config::field::{Field, attribute, known_keys};
use crate::cx::Cx;
use crate::expr::{Expr, Pattern};
use crate::include::entry as include_entry;
use crate::report::{At, nearest};
use crate::scope::Scope;
use crate::yaml::{self, Map, Node, Span, Value};
use serde_json::Value as Json;
use std::rc::Rc;

/// Values one input may choose from.
const MAX_OPTIONS: usize = 50;
const TYPES: &[&str] = &["string", "number", "boolean", "array"];
const COMPONENT: &[&str] = &["name", "sha", "version", "reference"];

/// What the header declares.
#[derive(Default)]
pub(super) struct Spec {
    pub(super) inputs: Vec<Input>,
    /// Keys of `$[[ component.* ]]` the file uses.
    pub(super) component: Vec<String>,
}

/// One input.
#[derive(Clone)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) kind: String,
    /// `Some(Null)` is a default too, of an input that must be typed in.
    pub(super) default: Option<Json>,
    pub(super) options: Option<Vec<Json>>,
    pub(super) regex: Option<Rc<Pattern>>,
    pub(super) rules: Vec<InputRule>,
    pub(super) span: Span,
}

/// One of an input's `rules`.
#[derive(Clone)]
pub(super) struct InputRule {
    pub(super) condition: Option<Rc<Expr>>,
    pub(super) options: Option<Vec<Json>>,
    pub(super) default: Option<Json>,
}

/// Reads the header. `None` after an error.
pub(super) fn read(cx: &Cx<'_>, header: &Node, given: &Given<'_>, scope: &Scope<'_>) -> Option<Spec> {
    let at = At::root("spec");
    let map = header.as_map()?;
    let header_at = At::root("header");
    known_keys(&cx.report, &header_at, map, &["spec"]);
    let Some(node) = map.get("spec").filter(|node| !node.is_null()) else { return Some(Spec::default()) };
    let field = Field { report: &cx.report, at, attribute: "config", node };
    let spec = field.map()?;
    if !known_keys(&cx.report, &at, spec, &["inputs", "include", "component"]) {
        return None;
    }
    let mut inputs = included(cx, spec, given, scope)?;
    if let Some(own) = spec.get("inputs").filter(|node| !node.is_null()) {
        add(cx, &mut inputs, read_inputs(cx, own)?, own.span)?;
    }
    let component = attribute(&cx.report, &at, spec, "component").map_or(Some(Vec::new()), |own| {
        let names = own.strings()?;
        let unknown: Vec<&str> = names.iter().map(String::as_str).filter(|name| !COMPONENT.contains(name)).collect();
        if let Some(first) = unknown.first() {
            own.fail_with(&format!("contains unknown values: {}", unknown.join(", ")), nearest(first, COMPONENT));
            return None;
        }
        Some(names)
    })?;
    Some(Spec { inputs, component })
}

/// Inputs of header files, in order.
fn included(cx: &Cx<'_>, spec: &Map, given: &Given<'_>, scope: &Scope<'_>) -> Option<Vec<Input>> {
    let mut inputs = Vec::new();
    let Some(node) = spec.get("include").filter(|node| !node.is_null()) else { return Some(inputs) };
    let at = At::root("spec");
    let include_at = at.child("include");
    let field = Field { report: &cx.report, at: include_at, attribute: "config", node };
    for entry in include_entry::read(cx, &field) {
        for location in &entry.locations {
            let location = crate::include::expanded(location, scope);
            let files = match cx.files.fetch(&location) {
                Ok(files) => files,
                Err(error) => {
                    given.fail(cx, &include_at, entry.span, &error.0);
                    return None;
                }
            };
            for file in files {
                cx.included.set(cx.included.get() + 1);
                if cx.included.get() > crate::include::MAX_INCLUDES {
                    given.fail(cx, &include_at, entry.span, &crate::include::too_many());
                    return None;
                }
                let id = cx.report.add_file(&file.path, Some(entry.span));
                let Some(Ok(map)) = yaml::load(&file.text, id)
                    .ok()
                    .and_then(|loaded| loaded.documents.into_iter().next())
                    .map(|node| node.as_map().cloned().ok_or(()))
                else {
                    let message = format!("Included file `{}` does not have valid YAML syntax!", file.path);
                    cx.report.plain(Some(&include_at), Some(entry.span), message);
                    return None;
                };
                let unknown: Vec<&str> = map.iter().map(|(key, _)| &*key.text).filter(|key| *key != "inputs").collect();
                if !unknown.is_empty() {
                    let shown = unknown.iter().map(|key| format!(":{key}")).collect::<Vec<_>>().join(", ");
                    let message = format!("Header include file `{}` contains unknown keys: [{shown}]", file.path);
                    cx.report.plain(Some(&include_at), Some(entry.span), message);
                    return None;
                }
                if let Some(own) = map.get("inputs").filter(|node| !node.is_null()) {
                    add(cx, &mut inputs, read_inputs(cx, own)?, entry.span)?;
                }
            }
        }
    }
    Some(inputs)
}

/// Adds inputs; a name declared twice is an error.
fn add(cx: &Cx<'_>, inputs: &mut Vec<Input>, more: Vec<Input>, span: Span) -> Option<()> {
    let twice: Vec<&str> = more
        .iter()
        .map(|input| input.name.as_str())
        .filter(|name| inputs.iter().any(|input| input.name == *name))
        .collect();
    if !twice.is_empty() {
        let message = format!(
            "Duplicate input keys found: {}. Input keys must be unique across all included files and inline specifications.",
            twice.join(", ")
        );
        cx.report.plain(Some(&At::root("spec")), Some(span), message);
        return None;
    }
    inputs.extend(more);
    Some(())
}

fn read_inputs(cx: &Cx<'_>, node: &Node) -> Option<Vec<Input>> {
    let spec = At::root("spec");
    let at = spec.child("inputs");
    let field = Field { report: &cx.report, at, attribute: "config", node };
    let map = field.map()?;
    let mut inputs = Vec::new();
    for (key, node) in map.iter() {
        let at = at.child(&key.text);
        inputs.push(read_input(cx, &Field { report: &cx.report, at, attribute: "config", node }, &key.text, key.span)?);
    }
    Some(inputs)
}

fn read_input(cx: &Cx<'_>, field: &Field<'_>, name: &str, span: Span) -> Option<Input> {
    let plain = Input {
        name: name.to_owned(),
        kind: "string".to_owned(),
        default: None,
        options: None,
        regex: None,
        rules: Vec::new(),
        span,
    };
    if field.node.is_null() {
        return Some(plain);
    }
    let map = field.map()?;
    let (report, at) = (field.report, &field.at);
    if !known_keys(report, at, map, &["default", "description", "options", "regex", "type", "rules"]) {
        return None;
    }
    let kind = match attribute(report, at, map, "type") {
        Some(own) => {
            let text = format!("unknown value: {}", own.node.scalar_text().unwrap_or_default());
            own.word(TYPES, &text)?
        }
        None => plain.kind,
    };
    let regex = match attribute(report, at, map, "regex") {
        Some(own) => {
            let text = own.string()?;
            let Ok(pattern) = Pattern::bare(&text) else {
                own.fail("must be a regular expression with re2 syntax");
                return None;
            };
            if kind != "string" {
                own.fail("can only be used with string inputs");
                return None;
            }
            Some(Rc::new(pattern))
        }
        None => None,
    };
    Some(Input {
        default: map.get("default").map(Node::to_json),
        options: options(cx, field, map, &kind)?,
        rules: rules(cx, field, map)?,
        kind,
        regex,
        ..plain
    })
}

#[allow(clippy::option_option)] // an error, no options, some options
fn options(cx: &Cx<'_>, field: &Field<'_>, map: &Map, kind: &str) -> Option<Option<Vec<Json>>> {
    let Some(own) = attribute(&cx.report, &field.at, map, "options") else { return Some(None) };
    let Some(items) = own.node.as_seq() else {
        own.fail("should be a array");
        return None;
    };
    if kind == "boolean" {
        own.fail("can not be used with a boolean input");
        return None;
    }
    if items.len() > MAX_OPTIONS {
        own.fail("cannot define more than 50 options");
        return None;
    }
    Some(Some(items.iter().map(Node::to_json).collect()))
}

fn rules(cx: &Cx<'_>, field: &Field<'_>, map: &Map) -> Option<Vec<InputRule>> {
    let Some(own) = attribute(&cx.report, &field.at, map, "rules") else { return Some(Vec::new()) };
    let Some(items) = own.node.as_seq().filter(|items| items.iter().all(|item| item.as_map().is_some())) else {
        own.fail("should be an array of hashes");
        return None;
    };
    let rules_at = field.at.child("rules");
    let at = rules_at.child("rule");
    items
        .iter()
        .map(|item| {
            let inner = item.as_map()?;
            if !known_keys(&cx.report, &at, inner, &["if", "options", "default"]) {
                return None;
            }
            let condition = match inner.get("if").map(|node| (node, &node.value)) {
                None => None,
                Some((node, Value::Str(text))) => match cx.expr(text) {
                    Ok(expr) => Some(expr),
                    Err(why) => {
                        cx.report.entry_with(&at, node.span, "if", "invalid expression syntax", Some(why));
                        return None;
                    }
                },
                Some((node, _)) => {
                    cx.report.entry(&at, node.span, "if", "invalid expression syntax");
                    return None;
                }
            };
            Some(InputRule {
                condition,
                options: inner
                    .get("options")
                    .and_then(Node::as_seq)
                    .map(|list| list.iter().map(Node::to_json).collect()),
                default: inner.get("default").map(Node::to_json),
            })
        })
        .collect()
}
