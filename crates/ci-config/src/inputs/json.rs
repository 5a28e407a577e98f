//! Between JSON values, as inputs are given, and nodes, as they are put in place.

use crate::yaml::{Key, Map, Node, Span, Value};
use serde_json::Value as Json;
use std::rc::Rc;

/// Bytes of a value in a collection, beside its text.
const VALUE: usize = 32;

/// A value as a node at a place.
pub(super) fn node(value: &Json, span: Span) -> Node {
    let value = match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(value) => Value::Int(value),
            None => Value::Float(number.as_f64().unwrap_or(0.0)),
        },
        Json::String(text) => Value::Str(Rc::from(text.as_str())),
        Json::Array(items) => return Node::seq(items.iter().map(|item| node(item, span)).collect(), span),
        Json::Object(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                map.set(Key { text: Rc::from(key.as_str()), is_text: true, span }, node(value, span));
            }
            return Node::map(map, span);
        }
    };
    Node::new(value, span)
}

/// About how many bytes a value is.
pub(super) fn size(value: &Json) -> usize {
    match value {
        Json::String(text) => text.len(),
        Json::Array(items) => items.iter().map(|item| size(item) + VALUE).sum(),
        Json::Object(entries) => entries.iter().map(|(key, item)| key.len() + size(item) + VALUE).sum(),
        _ => 0,
    }
}

/// A value inside a longer text.
pub(super) fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}
