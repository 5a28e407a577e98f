//! Nodes of the tree. Collections are shared, so a clone costs a counter.

use super::{Map, float_text};
use std::borrow::Cow;
use std::rc::Rc;

/// Which file of a compilation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileId(pub(crate) u16);

/// Where a node starts. Line and column from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) file: FileId,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// A value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) span: Span,
}

/// What YAML can hold after the scalars are resolved.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A text; also an integer past 64 bits, whose digits are kept.
    Str(Rc<str>),
    /// `:word`: a text for some validators and none for others.
    Symbol(Rc<str>),
    Seq(Rc<Vec<Node>>),
    Map(Rc<Map>),
    /// `!reference [job, key]`, until it is resolved.
    Reference(Rc<Vec<Node>>),
}

impl Node {
    pub(crate) fn new(value: Value, span: Span) -> Self {
        Self { value, span }
    }

    pub(crate) fn null(span: Span) -> Self {
        Self::new(Value::Null, span)
    }

    pub(crate) fn text(text: &str, span: Span) -> Self {
        Self::new(Value::Str(Rc::from(text)), span)
    }

    pub(crate) fn map(map: Map, span: Span) -> Self {
        Self::new(Value::Map(Rc::new(map)), span)
    }

    pub(crate) fn seq(items: Vec<Node>, span: Span) -> Self {
        Self::new(Value::Seq(Rc::new(items)), span)
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn as_int(&self) -> Option<i64> {
        match self.value {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn as_seq(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Seq(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_map(&self) -> Option<&Rc<Map>> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The value under a key of a map; nothing for other values and for null.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key).filter(|node| !node.is_null())
    }

    /// What Ruby's `to_s` gives for a scalar: the text a variable gets.
    pub(crate) fn scalar_text(&self) -> Option<Cow<'_, str>> {
        Some(match &self.value {
            Value::Null => Cow::Borrowed(""),
            Value::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Value::Int(value) => Cow::Owned(value.to_string()),
            Value::Float(value) => Cow::Owned(float_text(*value)),
            Value::Str(text) | Value::Symbol(text) => Cow::Borrowed(text),
            Value::Seq(_) | Value::Map(_) | Value::Reference(_) => return None,
        })
    }

    /// Ruby's `presence`: null, empty texts and empty collections are blank.
    pub(crate) fn is_blank(&self) -> bool {
        match &self.value {
            Value::Null | Value::Bool(false) => true,
            Value::Str(text) | Value::Symbol(text) => text.trim().is_empty(),
            Value::Seq(items) => items.is_empty(),
            Value::Map(map) => map.is_empty(),
            _ => false,
        }
    }

    /// The value as JSON, for what is passed on as written.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Int(value) => (*value).into(),
            Value::Float(value) => serde_json::Number::from_f64(*value).map_or(serde_json::Value::Null, Into::into),
            Value::Str(text) | Value::Symbol(text) => text.as_ref().into(),
            Value::Seq(items) | Value::Reference(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(map) => map
                .iter()
                .map(|(key, value)| (key.text.to_string(), value.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}
