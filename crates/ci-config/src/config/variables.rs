//! `variables` at the top, in a job, in a rule, in a service (CI YAML contract §9).

use super::field::Field;
use crate::plan::{TopVariable, Variable};
use crate::report::At;
use crate::yaml::{Map, Node, Value};
use std::collections::HashSet;

/// Keys of the map form by place.
pub(super) const TOP: &[&str] = &["value", "description", "expand", "options"];
pub(super) const JOB: &[&str] = &["value", "expand"];
/// Rules and services take plain values only.
pub(super) const PLAIN: &[&str] = &[];

/// Reads a block of variables as a job gets them.
pub(super) fn plain(field: &Field<'_>, allowed: &[&str]) -> Vec<Variable> {
    top(field, allowed)
        .into_iter()
        .map(|variable| Variable { key: variable.key, value: variable.value, raw: variable.raw })
        .collect()
}

/// Reads a block of variables with all they may say.
pub(super) fn top(field: &Field<'_>, allowed: &[&str]) -> Vec<TopVariable> {
    let Some(map) = field.map() else { return Vec::new() };
    map.iter()
        .filter_map(|(key, node)| {
            let at = field.at.child(&key.text);
            let value = Field { report: field.report, at, attribute: "config", node };
            one(&value, &key.text, allowed)
        })
        .collect()
}

fn one(field: &Field<'_>, key: &str, allowed: &[&str]) -> Option<TopVariable> {
    if let Some(map) = field.node.as_map() {
        return complex(field, key, map, allowed);
    }
    match simple(field.node) {
        Some(value) => Some(TopVariable { key: key.to_owned(), value, ..TopVariable::default() }),
        None => {
            let message = "variable definition must be either a string or a hash";
            field.report.plain(Some(&field.at), Some(field.node.span), message);
            None
        }
    }
}

/// Any scalar as Ruby writes it; null is an empty text.
pub(super) fn simple(node: &Node) -> Option<String> {
    node.scalar_text().map(std::borrow::Cow::into_owned)
}

fn complex(field: &Field<'_>, key: &str, map: &Map, allowed: &[&str]) -> Option<TopVariable> {
    if allowed.is_empty() {
        field.fail("must be a string");
        return None;
    }
    let extra: Vec<&str> =
        map.iter().map(|(key, _)| key.text.as_ref()).filter(|name| !allowed.contains(name)).collect();
    if let Some(first) = extra.first() {
        let hint = crate::report::nearest(first, allowed);
        field.fail_with(&format!("uses invalid data keys: {}", extra.join(", ")), hint);
        return None;
    }
    let at = field.at;
    let part = |name: &'static str| super::field::attribute(field.report, &at, map, name);
    let alphanumeric = |name: &'static str, label: &'static str| {
        let found = part(name)?;
        let value = simple(found.node);
        if value.is_none() {
            Field { attribute: label, ..found }.fail("must be a scalar");
        }
        value
    };
    let value = alphanumeric("value", "config value");
    let description = alphanumeric("description", "config description");
    let expand = part("expand").and_then(|found| Field { attribute: "config expand", ..found }.boolean());
    let options = part("options").and_then(|found| Field { attribute: "config options", ..found }.strings());
    let options = options.unwrap_or_default();
    if !options.is_empty() && !value.as_ref().is_some_and(|value| options.contains(value)) {
        field.fail("value must be present in options");
    }
    Some(TopVariable {
        key: key.to_owned(),
        value: value.unwrap_or_default(),
        raw: expand == Some(false),
        description,
        options,
    })
}

/// `inherit:variables`: which of the top-level variables a job takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Inherited {
    #[default]
    All,
    Nothing,
    Only(HashSet<String>),
}

impl Inherited {
    pub(crate) fn takes(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Only(names) => names.contains(name),
        }
    }

    /// Reads `true`, `false` or a list of names.
    pub(super) fn read(field: &Field<'_>) -> Self {
        match &field.node.value {
            Value::Bool(true) => Self::All,
            Value::Bool(false) => Self::Nothing,
            Value::Seq(_) => field.strings().map_or(Self::All, |names| Self::Only(names.into_iter().collect())),
            _ => {
                let message = format!("{} should be a bool or array of strings", field.at.location());
                field.report.plain(Some(&field.at), Some(field.node.span), message.to_lowercase());
                Self::All
            }
        }
    }
}

/// The location of the block at the top of a file.
pub(super) const fn top_at() -> At<'static> {
    At::root("variables")
}
