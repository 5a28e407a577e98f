//! `environment` (CI YAML contract §11).

use super::field::{Field, attribute, known_keys};
use crate::plan::Environment;
use crate::yaml::{Map, Value};

const KEYS: &[&str] = &["name", "url", "action", "on_stop", "auto_stop_in", "kubernetes", "deployment_tier"];
const ACTIONS: &[&str] = &["start", "stop", "prepare", "verify", "access"];
const TIERS: &[&str] = &["production", "staging", "testing", "development", "other"];
const NAME_RULE: &str = "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'";
const MAX_URL: usize = 255;

/// Reads an environment, a name alone or a map.
pub(super) fn environment(field: &Field<'_>) -> Option<Environment> {
    let plain = |name: String| Environment { name, action: "start".to_owned(), ..Environment::default() };
    match &field.node.value {
        Value::Str(_) => name(&Field { attribute: "name", ..*field }).map(plain),
        Value::Map(map) => full(field, map),
        _ => {
            field.fail("should be a hash or a string");
            None
        }
    }
}

fn full(field: &Field<'_>, map: &Map) -> Option<Environment> {
    let (report, at) = (field.report, &field.at);
    known_keys(report, at, map, KEYS);
    let part = |key: &'static str| attribute(report, at, map, key);
    let Some(own) = part("name") else {
        Field { attribute: "name", ..*field }.fail("can't be blank");
        return None;
    };
    let action = part("action")
        .and_then(|own| own.word(ACTIONS, "should be start, stop, prepare, verify, or access"))
        .unwrap_or_else(|| "start".to_owned());
    let url = part("url").and_then(|own| own.string().map(|text| (own, text))).map(|(own, text)| {
        if text.chars().count() > MAX_URL {
            own.fail("is too long (maximum is 255 characters)");
        }
        text
    });
    let tiers = format!("must be one of {}", TIERS.join(", "));
    Some(Environment {
        name: name(&own)?,
        expanded_name: String::new(),
        url,
        action,
        on_stop: part("on_stop").and_then(|own| own.string()),
        auto_stop_in: part("auto_stop_in").and_then(|own| auto_stop(&own)),
        deployment_tier: part("deployment_tier").and_then(|own| own.word(TIERS, &tiers)),
        kubernetes: part("kubernetes").and_then(|own| own.map().map(|_| own.node.to_json())),
    })
}

/// A duration, `never`, or a text with variables that is looked at later.
fn auto_stop(field: &Field<'_>) -> Option<String> {
    match field.node.as_str() {
        Some(text) if text.contains('$') => Some(text.to_owned()),
        _ => field.expiry(),
    }
}

fn name(field: &Field<'_>) -> Option<String> {
    let text = field.node.as_str().unwrap_or("");
    if text.trim().is_empty() && field.node.as_str().is_some() {
        field.fail("can't be blank");
        return None;
    }
    if !is_name(text) {
        field.fail(NAME_RULE);
        return None;
    }
    Some(text.to_owned())
}

/// Names of environments and resource groups have one alphabet.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('/')
        && !text.ends_with('/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_/\\${}. ".contains(c))
}
