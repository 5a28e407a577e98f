//! `cache` (CI YAML contract §11).

use super::field::{Field, attribute, entry, known_keys};
use crate::plan::{ArtifactWhen, CacheKey, CachePlan};
use crate::yaml::Value;

const MAX_CACHES: usize = 4;
const MAX_FALLBACK_KEYS: usize = 5;

/// Reads one cache or a list of them; empty ones switch caching off.
pub(super) fn caches(field: &Field<'_>) -> Option<Vec<CachePlan>> {
    match &field.node.value {
        Value::Map(map) if map.is_empty() => Some(Vec::new()),
        Value::Map(_) => Some(one(field).into_iter().collect()),
        Value::Seq(items) => {
            if items.len() > MAX_CACHES {
                field.fail(&format!("no more than {MAX_CACHES} caches can be created"));
                return None;
            }
            Some(items.iter().filter_map(|node| one(&Field { node, ..*field })).collect())
        }
        _ => {
            field.fail("should be a hash");
            None
        }
    }
}

fn one(field: &Field<'_>) -> Option<CachePlan> {
    let map = field.map()?;
    let (report, at) = (field.report, &field.at);
    let allowed = ["key", "untracked", "paths", "when", "policy", "unprotect", "fallback_keys"];
    known_keys(report, at, map, &allowed);
    let boolean = |key: &'static str| entry(report, at, map, key).and_then(|own| own.boolean());
    Some(CachePlan {
        key: entry(report, at, map, "key").and_then(|own| key(&own)).unwrap_or_default(),
        paths: entry(report, at, map, "paths").and_then(|own| own.strings()).unwrap_or_default(),
        untracked: boolean("untracked"),
        unprotect: boolean("unprotect").unwrap_or(false),
        when: attribute(report, at, map, "when").and_then(|own| when(&own)).unwrap_or_default(),
        policy: attribute(report, at, map, "policy")
            .and_then(|own| policy(&own))
            .unwrap_or_else(|| "pull-push".to_owned()),
        fallback_keys: entry(report, at, map, "fallback_keys").and_then(|own| fallback(&own)).unwrap_or_default(),
    })
}

/// `on_success`, `on_failure`, `always`.
pub(super) fn when(field: &Field<'_>) -> Option<ArtifactWhen> {
    Some(match field.one_of(&["on_success", "on_failure", "always"])?.as_str() {
        "on_failure" => ArtifactWhen::OnFailure,
        "always" => ArtifactWhen::Always,
        _ => ArtifactWhen::OnSuccess,
    })
}

fn policy(field: &Field<'_>) -> Option<String> {
    let text = field.string()?;
    if ["pull-push", "push", "pull", ""].contains(&text.as_str()) || text.contains('$') {
        return Some(if text.is_empty() { "pull-push".to_owned() } else { text });
    }
    field.fail("should be a variable or one of: pull-push, push, pull");
    None
}

fn fallback(field: &Field<'_>) -> Option<Vec<String>> {
    let keys = field.strings()?;
    if keys.len() > MAX_FALLBACK_KEYS {
        let message = "has to many entries (maximum 5)";
        Field { attribute: "fallback keys", ..*field }.fail(message);
        return None;
    }
    Some(keys)
}

fn key(field: &Field<'_>) -> Option<CacheKey> {
    match &field.node.value {
        Value::Str(text) | Value::Symbol(text) => key_text(field, text).map(CacheKey::Text),
        Value::Map(_) => key_of_files(field),
        _ => {
            Field { attribute: "", ..*field }.fail("should be a hash, a string or a symbol");
            None
        }
    }
}

/// A key becomes a folder's name: no slashes, not only dots, not even percent-encoded.
fn key_text(field: &Field<'_>, text: &str) -> Option<String> {
    let decoded = text.replace("%2F", "/").replace("%2f", "/").replace("%2E", ".").replace("%2e", ".");
    if decoded.contains('/') {
        field.fail("cannot contain the \"/\" character");
        return None;
    }
    if !decoded.is_empty() && decoded.bytes().all(|byte| byte == b'.') {
        field.fail("cannot be \".\" or \"..\"");
        return None;
    }
    Some(text.to_owned())
}

fn key_of_files(field: &Field<'_>) -> Option<CacheKey> {
    let map = field.map()?;
    let (report, at) = (field.report, &field.at);
    known_keys(report, at, map, &["files", "files_commits", "prefix"]);
    let by_commits = map.get("files_commits").is_some_and(|node| !node.is_null());
    if by_commits && map.has("files") {
        field.fail("these keys cannot be used together: files, files_commits");
        return None;
    }
    let prefix = entry(report, at, map, "prefix").and_then(|own| match &own.node.value {
        Value::Str(text) | Value::Symbol(text) => key_text(&own, text),
        _ => {
            own.fail("should be a string or symbol");
            None
        }
    });
    let Some(own) = entry(report, at, map, if by_commits { "files_commits" } else { "files" }) else {
        field.fail("missing required keys: files");
        return None;
    };
    let files = own.strings()?;
    if files.is_empty() {
        own.fail("requires at least 1 item");
        return None;
    }
    if files.len() > 2 {
        own.fail("has too many items (maximum is 2)");
        return None;
    }
    Some(if by_commits { CacheKey::FilesCommits { files, prefix } } else { CacheKey::Files { files, prefix } })
}
