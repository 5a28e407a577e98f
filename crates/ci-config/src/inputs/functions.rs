//! Functions of an interpolation block: `expand_vars`, `truncate(o, l)`, `posix_escape`.

use crate::expand::{Missing, expand};
use crate::expr::Lookup as _;
use crate::scope::Scope;
use serde_json::Value as Json;
use std::borrow::Cow;

/// Functions in one block.
pub(super) const MAX: usize = 3;

/// Applies one function.
pub(super) fn apply(call: &str, value: Json, scope: &Scope<'_>) -> Result<Json, String> {
    let unknown =
        || format!("no function matching `{call}`: check that the function name, arguments, and types are correct");
    let Json::String(text) = &value else { return Err(unknown()) };
    match call {
        "expand_vars" => expand_vars(text, scope).map(Json::String),
        "posix_escape" => Ok(Json::String(posix_escape(text))),
        _ => {
            let (offset, length) = truncate_arguments(call).ok_or_else(unknown)?;
            Ok(Json::String(text.chars().skip(offset).take(length).collect()))
        }
    }
}

fn truncate_arguments(call: &str) -> Option<(usize, usize)> {
    let inside = call.strip_prefix("truncate(")?.strip_suffix(')')?;
    let (offset, length) = inside.split_once(',')?;
    Some((offset.trim().parse().ok()?, length.trim().parse().ok()?))
}

/// One pass; masked variables must not end up in a configuration.
fn expand_vars(text: &str, scope: &Scope<'_>) -> Result<String, String> {
    for name in crate::expand::references(text) {
        if scope.is_masked(name) {
            return Err(format!("variable expansion error: masked variable `{name}` cannot be expanded"));
        }
    }
    Ok(expand(text, Missing::Keep, &|name| scope.variable(name).map(|value| Cow::Owned(value.into_owned()))))
}

/// A backslash before everything a shell might read.
fn posix_escape(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("'\n'"),
            c if c.is_ascii_alphanumeric() || "_-.,:+/@".contains(c) => out.push(c),
            c => {
                out.push('\\');
                out.push(c);
            }
        }
    }
    out
}
