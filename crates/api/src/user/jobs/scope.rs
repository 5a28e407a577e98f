//! The parameter `scope`: statuses, any of which will do (Jobs API contract §5.1).

use pipewright_http_kit::Check;
use pipewright_model::Status;
use serde_json::Value;

/// Reads it: one word or a list; a hash's values too where `hashes` says so.
pub(super) fn read(check: &mut Check<'_>, hashes: bool) -> Vec<Status> {
    let Some(value) = check.value("scope") else { return Vec::new() };
    let words: Option<Vec<Status>> = match value {
        Value::String(word) if word.is_empty() => Some(Vec::new()),
        Value::String(_) => word(value).map(|status| vec![status]),
        Value::Array(items) => items.iter().map(word).collect(),
        Value::Object(members) if hashes => members.values().map(word).collect(),
        _ => None,
    };
    let mut words = words.unwrap_or_else(|| check.not_allowed("scope"));
    words.sort_unstable();
    words.dedup();
    words
}

fn word(value: &Value) -> Option<Status> {
    value.as_str()?.parse().ok()
}
