//! `$[[ inputs.name | function ]]` in keys and values.

use super::Given;
use super::functions;
use super::header::Spec;
use super::json;
use super::values::Values;
use crate::cx::Cx;
use crate::report::{At, nearest};
use crate::scope::Scope;
use crate::yaml::{Key, Map, Node, Span, Value};
use serde_json::Value as Json;
use std::rc::Rc;

/// Bytes of a text that holds a block, and of a block.
const MAX_TEXT: usize = 1024 * 1024;
const MAX_BLOCK: usize = 1024;
/// Bytes of all values put in, each time counted: a long value may be wanted in many places.
const MAX_INSERTED: usize = 16 << 20;

/// What blocks can name.
pub(super) struct Context<'a> {
    pub(super) values: &'a Values,
    pub(super) spec: &'a Spec,
    pub(super) given: &'a Given<'a>,
    pub(super) scope: &'a Scope<'a>,
}

/// A copy with every block replaced. `None` after an error.
pub(super) fn interpolate(cx: &Cx<'_>, node: &Node, context: &Context<'_>) -> Option<Node> {
    Some(match &node.value {
        Value::Str(text) if text.contains("$[[") => value(cx, text, node.span, context)?,
        Value::Seq(items) => Node::seq(list(cx, items, context)?, node.span),
        Value::Reference(items) => Node::new(Value::Reference(Rc::new(list(cx, items, context)?)), node.span),
        Value::Map(map) => {
            let mut out = Map::new();
            for (key, inner) in map.iter() {
                let key = if key.text.contains("$[[") {
                    let text = text(cx, &key.text, key.span, context)?;
                    Key { text: Rc::from(text), ..*key }
                } else {
                    key.clone()
                };
                out.set(key, interpolate(cx, inner, context)?);
            }
            Node::map(out, node.span)
        }
        _ => node.clone(),
    })
}

fn list(cx: &Cx<'_>, items: &[Node], context: &Context<'_>) -> Option<Vec<Node>> {
    items.iter().map(|item| interpolate(cx, item, context)).collect()
}

/// A text that is one block keeps the input's type.
fn value(cx: &Cx<'_>, text: &str, span: Span, context: &Context<'_>) -> Option<Node> {
    let trimmed = text.trim();
    let whole = trimmed.strip_prefix("$[[").and_then(|rest| rest.strip_suffix("]]"));
    if let Some(inside) = whole.filter(|inside| !inside.contains("]]") && !is_matrix(inside)) {
        return block(cx, inside, span, context).map(|value| json::node(&value, span));
    }
    self::text(cx, text, span, context).map(|text| Node::text(&text, span))
}

fn text(cx: &Cx<'_>, text: &str, span: Span, context: &Context<'_>) -> Option<String> {
    if text.len() > MAX_TEXT {
        fail(cx, span, context, "the text that holds the block is too long", None);
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("$[[") {
        let Some(end) = rest[at..].find("]]") else { break };
        out.push_str(&rest[..at]);
        let inside = &rest[at + 3..at + end];
        if is_matrix(inside) {
            out.push_str(&rest[at..at + end + 2]);
        } else {
            out.push_str(&json::text(&block(cx, inside, span, context)?));
        }
        rest = &rest[at + end + 2..];
    }
    out.push_str(rest);
    Some(out)
}

/// `matrix.NAME` is for the job's own matrix, once it is multiplied.
fn is_matrix(inside: &str) -> bool {
    inside.trim_start().starts_with("matrix.")
}

fn fail(cx: &Cx<'_>, span: Span, context: &Context<'_>, why: &str, suggestion: Option<String>) {
    let message = format!("interpolation interrupted by errors, {why}");
    let message = if context.given.from.is_some() { format!("`{}`: {message}", context.given.path) } else { message };
    cx.report.plain_with(Some(&At::root("inputs")), Some(span), message, suggestion);
}

/// The value of one block's inside.
fn block(cx: &Cx<'_>, inside: &str, span: Span, context: &Context<'_>) -> Option<Json> {
    if inside.len() > MAX_BLOCK {
        fail(cx, span, context, "interpolation block is too long", None);
        return None;
    }
    let mut parts = inside.split('|').map(str::trim);
    let access = parts.next().unwrap_or("");
    let calls: Vec<&str> = parts.collect();
    if calls.len() > functions::MAX {
        fail(cx, span, context, "too many functions in interpolation block", None);
        return None;
    }
    let Some(mut value) = accessed(access, context) else {
        let known: Vec<&str> = context.values.keys().map(String::as_str).collect();
        let name = access.rsplit('.').next().unwrap_or(access);
        let hint = if access.contains('.') { nearest(name, &known) } else { Some(format!("write `inputs.{name}`")) };
        fail(cx, span, context, &format!("unknown interpolation key: `{name}`"), hint);
        return None;
    };
    for call in calls {
        value = match functions::apply(call, value, context.scope) {
            Ok(value) => value,
            Err(why) => {
                fail(cx, span, context, &why, None);
                return None;
            }
        };
    }
    cx.inserted.set(cx.inserted.get() + json::size(&value));
    if cx.inserted.get() > MAX_INSERTED {
        fail(cx, span, context, "the values put in are too long together", None);
        return None;
    }
    Some(value)
}

fn accessed(access: &str, context: &Context<'_>) -> Option<Json> {
    let (space, name) = access.split_once('.')?;
    match space {
        "inputs" => context.values.get(name).cloned(),
        "component" if context.spec.component.iter().any(|own| own == name) => {
            Some(context.given.component.get(name).cloned().flatten().map_or(Json::Null, Json::String))
        }
        _ => None,
    }
}
