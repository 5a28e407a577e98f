//! The value of each input: given, or its default; checked against type, options and pattern.

use super::Given;
use super::header::{Input, Spec};
use super::json;
use crate::cx::Cx;
use crate::expr::Lookup;
use crate::report::{At, nearest};
use crate::yaml::Span;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Inputs a pipeline may be started with.
const MAX_PIPELINE_INPUTS: usize = 20;

/// Values by name.
pub(super) type Values = BTreeMap<String, Json>;

/// Conditions of an input's rules ask for other inputs only.
struct Known<'v>(&'v Values);

impl Lookup for Known<'_> {
    fn variable(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }

    fn input(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.get(name).filter(|value| !value.is_null()).map(|value| Cow::Owned(json::text(value)))
    }
}

/// Resolves every input. `None` after errors, which are all reported.
pub(super) fn resolve(cx: &Cx<'_>, spec: &Spec, given: &Given<'_>, body: Span) -> Option<Values> {
    let at = At::root("inputs");
    let mut good = no_strangers(cx, spec, given, body);
    let mut values = Values::new();
    // Inputs with rules ask for the others, so they come last.
    let (plain, ruled): (Vec<&Input>, Vec<&Input>) = spec.inputs.iter().partition(|input| input.rules.is_empty());
    for input in plain.into_iter().chain(ruled) {
        match value(input, given, &values) {
            Ok(value) => {
                values.insert(input.name.clone(), value);
            }
            Err(why) => {
                good = false;
                let at = at.child(&input.name);
                let span = given.from.filter(|_| !why.starts_with("default")).unwrap_or(input.span);
                given.fail(cx, &at, span, &format!("`{}` input: {why}", input.name));
            }
        }
    }
    good.then_some(values)
}

/// Inputs that the file does not declare.
fn no_strangers(cx: &Cx<'_>, spec: &Spec, given: &Given<'_>, body: Span) -> bool {
    let at = At::root("inputs");
    let span = given.from.unwrap_or(body);
    if given.from.is_none() && given.inputs.len() > MAX_PIPELINE_INPUTS {
        given.fail(cx, &at, span, &format!("too many inputs: the maximum is {MAX_PIPELINE_INPUTS}"));
        return false;
    }
    let declared: Vec<&str> = spec.inputs.iter().map(|input| input.name.as_str()).collect();
    let strangers: Vec<&str> =
        given.inputs.keys().map(String::as_str).filter(|name| !declared.contains(name)).collect();
    let Some(first) = strangers.first() else { return true };
    let message = if declared.is_empty() {
        "Given inputs not defined in the `spec` section of the included configuration file".to_owned()
    } else {
        format!("unknown input arguments: {}", strangers.join(", "))
    };
    let message = if given.from.is_some() { format!("`{}`: {message}", given.path) } else { message };
    cx.report.plain_with(Some(&at), Some(span), message, nearest(first, &declared));
    false
}

fn value(input: &Input, given: &Given<'_>, known: &Values) -> Result<Json, String> {
    let rule = match_rule(input, known)?;
    let options = rule.and_then(|rule| rule.options.as_ref()).or(input.options.as_ref());
    let default = rule.and_then(|rule| rule.default.as_ref()).or(input.default.as_ref());
    let (value, word) = match (given.inputs.get(&input.name), default) {
        (Some(value), _) => (value, "provided"),
        (None, Some(default)) if !default.is_null() => (default, "default"),
        // A default of null means that somebody must choose or type a value.
        (None, Some(_) | None) => return Err("required value has not been provided".to_owned()),
    };
    let fits = match input.kind.as_str() {
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => value.is_string(),
    };
    if !fits {
        let article = if input.kind == "array" { "an" } else { "a" };
        return Err(format!("{word} value is not {article} {}", input.kind));
    }
    // A list may hold several of the options.
    let chosen = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    if let Some(options) = options
        && let Some(stranger) = chosen.iter().find(|one| !options.contains(one))
    {
        let shown = json::text(stranger);
        return Err(match word {
            "default" => format!("default value `{shown}` is not in the list of allowed options"),
            _ => format!("`{shown}` cannot be used because it is not in the list of allowed options"),
        });
    }
    if let Some(regex) = &input.regex
        && !regex.is_match(value.as_str().unwrap_or(""))
    {
        return Err(format!("{word} value does not match required RegEx pattern"));
    }
    Ok(value.clone())
}

fn match_rule<'i>(input: &'i Input, known: &Values) -> Result<Option<&'i super::header::InputRule>, String> {
    for rule in &input.rules {
        let holds = match &rule.condition {
            Some(condition) => condition.holds(&Known(known))?,
            None => true,
        };
        if holds {
            return Ok(Some(rule));
        }
    }
    Ok(None)
}
