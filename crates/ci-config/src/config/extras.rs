//! Smaller keywords of a job: `hooks`, `id_tokens`, `secrets`, `run`, `pages`, `coverage`, `inputs`.

use super::field::{Field, attribute, entry, known_keys};
use crate::expr::{Pattern, is_slashed};
use crate::plan::{Hook, IdToken, JobInput, PagesPlan, Secret};
use crate::yaml::{Map, Node, Value};
use serde_json::json;
use std::collections::BTreeMap;

/// Reads `hooks`.
pub(super) fn hooks(field: &Field<'_>) -> Option<Vec<Hook>> {
    let map = field.map()?;
    known_keys(field.report, &field.at, map, &["pre_get_sources_script"]);
    let script = entry(field.report, &field.at, map, "pre_get_sources_script")?.script()?;
    Some(vec![Hook { name: "pre_get_sources_script".to_owned(), script }])
}

/// Reads `id_tokens`.
pub(super) fn id_tokens(field: &Field<'_>) -> Option<BTreeMap<String, IdToken>> {
    let map = field.map()?;
    let tokens = map.iter().filter_map(|(key, node)| {
        let own = Field { report: field.report, at: field.at.child(&key.text), attribute: "config", node };
        let inner = own.map()?;
        known_keys(own.report, &own.at, inner, &["aud"]);
        let Some(aud) = attribute(own.report, &own.at, inner, "aud") else {
            own.fail("missing required keys: aud");
            return None;
        };
        let single = aud.node.as_str().is_some();
        Some((key.text.to_string(), IdToken { aud: aud.strings_or_string()?, single }))
    });
    Some(tokens.collect())
}

const PROVIDERS: &[&str] =
    &["vault", "gcp_secret_manager", "azure_key_vault", "aws_secrets_manager", "akeyless", "gitlab_secrets_manager"];

/// Reads `secrets`.
pub(super) fn secrets(field: &Field<'_>) -> Option<BTreeMap<String, Secret>> {
    let map = field.map()?;
    let secrets = map.iter().filter_map(|(key, node)| {
        let own = Field { report: field.report, at: field.at.child(&key.text), attribute: "config", node };
        secret(&own).map(|secret| (key.text.to_string(), secret))
    });
    Some(secrets.collect())
}

fn secret(field: &Field<'_>) -> Option<Secret> {
    let map = field.map()?;
    let (report, at) = (field.report, &field.at);
    let allowed: Vec<&str> = PROVIDERS.iter().copied().chain(["file", "token"]).collect();
    known_keys(report, at, map, &allowed);
    let mut named = PROVIDERS.iter().filter_map(|name| map.get(name).map(|node| (*name, node)));
    let (Some((provider, node)), None) = (named.next(), named.next()) else {
        field.fail(&format!("must use exactly one of these keys: {}", PROVIDERS.join(", ")));
        return None;
    };
    let settings = match &node.value {
        Value::Str(text) if provider == "vault" => {
            let Some(settings) = vault(text) else {
                let own = Field { at: at.child(provider), node, ..*field };
                own.fail_with("should name a path and a field", Some("path/to/secret/field@engine".to_owned()));
                return None;
            };
            settings
        }
        Value::Str(text) if provider == "aws_secrets_manager" => json!({ "secret_id": text.as_ref() }),
        Value::Map(_) => node.to_json(),
        _ => {
            let own = Field { at: at.child(provider), node, ..*field };
            own.fail("should be a hash or a string");
            return None;
        }
    };
    Some(Secret {
        provider: provider.to_owned(),
        settings,
        file: attribute(report, at, map, "file").and_then(|own| own.boolean()),
        token: attribute(report, at, map, "token").and_then(|own| own.string()),
    })
}

/// `path/to/field@engine`.
fn vault(text: &str) -> Option<serde_json::Value> {
    let (secret, engine) = text.split_once('@').unwrap_or((text, "kv-v2"));
    let (path, field) = secret.rsplit_once('/')?;
    Some(json!({ "engine": { "name": "kv-v2", "path": engine }, "path": path, "field": field }))
}

/// Reads `run`: the JSON text of the payload, `env` before the other keys as GitLab sends it.
pub(super) fn run(field: &Field<'_>) -> Option<String> {
    let Some(items) = field.node.as_seq() else {
        field.fail("should be a array");
        return None;
    };
    let mut steps = Vec::new();
    for node in items {
        let own = Field { report: field.report, at: field.at, attribute: "config", node };
        steps.push(step(&own)?);
    }
    Some(format!("[{}]", steps.join(",")))
}

fn step(field: &Field<'_>) -> Option<String> {
    let map = field.map()?;
    let (report, at) = (field.report, &field.at);
    let keys = ["name", "script", "step", "func", "env", "inputs", "action"];
    let text = |key: &'static str| attribute(report, at, map, key).map(|own| own.string().is_some());
    if !known_keys(report, at, map, &keys) || text("name") == Some(false) {
        return None;
    }
    if !map.has("name") {
        field.fail("missing required keys: name");
        return None;
    }
    let bodies = ["script", "step", "func", "action"].iter().filter(|key| map.has(key)).count();
    if bodies != 1 {
        field.fail("must use exactly one of these keys: script, step");
        return None;
    }
    let env_first = map.iter().filter(|(key, _)| &*key.text == "env");
    let rest = map.iter().filter(|(key, _)| &*key.text != "env");
    let parts = env_first.chain(rest).map(|(key, value)| format!("{}:{}", json!(key.text.as_ref()), ordered(value)));
    Some(format!("{{{}}}", parts.collect::<Vec<_>>().join(",")))
}

/// JSON that keeps the order of keys.
fn ordered(node: &crate::yaml::Node) -> String {
    match &node.value {
        Value::Map(map) => {
            let parts = map.iter().map(|(key, value)| format!("{}:{}", json!(key.text.as_ref()), ordered(value)));
            format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
        }
        Value::Seq(items) => format!("[{}]", items.iter().map(ordered).collect::<Vec<_>>().join(",")),
        _ => node.to_json().to_string(),
    }
}

/// Reads `pages` of a job, and the job-level `publish`.
pub(super) fn pages(field: &Field<'_>, name: &str, map: &Map) -> Option<PagesPlan> {
    let report = field.report;
    let publish = attribute(report, &field.at, map, "publish");
    let own = map.get("pages").filter(|node| !node.is_null());
    let is_pages = match own.map(|node| &node.value) {
        Some(Value::Bool(value)) => *value,
        Some(_) => true,
        None => name == "pages",
    };
    if let Some(publish) = &publish
        && !is_pages
    {
        publish.fail("can only be used within a `pages` job");
    }
    if !is_pages {
        return None;
    }
    let at = field.at.child("pages");
    let mut plan = PagesPlan { publish: publish.and_then(|own| own.string()), ..PagesPlan::default() };
    let Some(node) = own.filter(|node| node.as_bool().is_none()) else { return Some(plan) };
    let Some(inner) = node.as_map() else {
        report.entry(&at, node.span, "config", "should be a hash or a boolean value");
        return None;
    };
    known_keys(report, &at, inner, &["path_prefix", "expire_in", "publish"]);
    let part = |key: &'static str| attribute(report, &at, inner, key);
    plan.publish = part("publish").and_then(|own| own.string()).or(plan.publish);
    plan.path_prefix = part("path_prefix").and_then(|own| own.string());
    plan.expire_in = part("expire_in").and_then(|own| own.expiry());
    Some(plan)
}

/// Reads `coverage`: a pattern between slashes, translated for the `regex` crate.
pub(super) fn coverage(field: &Field<'_>) -> Option<String> {
    let text = field.node.as_str().filter(|text| is_slashed(text)).unwrap_or("");
    match Pattern::slashed(text) {
        Ok(pattern) => Some(pattern.translated().to_owned()),
        Err(_) => {
            field.fail("must be a regular expression with re2 syntax");
            None
        }
    }
}

/// Reads `inputs` of a job.
pub(super) fn inputs(field: &Field<'_>) -> Option<BTreeMap<String, JobInput>> {
    let map = field.map()?;
    let inputs = map.iter().filter_map(|(key, node)| {
        let own = Field { report: field.report, at: field.at.child(&key.text), attribute: "config", node };
        input(&own).map(|input| (key.text.to_string(), input))
    });
    Some(inputs.collect())
}

fn input(field: &Field<'_>) -> Option<JobInput> {
    let map = field.map()?;
    let (report, at) = (field.report, &field.at);
    known_keys(report, at, map, &["type", "default", "description", "options", "regex"]);
    let kinds = ["string", "number", "boolean", "array"];
    let kind = match attribute(report, at, map, "type") {
        Some(own) => own.word(&kinds, "should be one of: string, number, boolean, array")?,
        None => "string".to_owned(),
    };
    let Some(node) = map.get("default") else {
        field.fail("missing required keys: default");
        return None;
    };
    let fits = match kind.as_str() {
        "number" => matches!(node.value, Value::Int(_) | Value::Float(_)),
        "boolean" => node.as_bool().is_some(),
        "array" => node.as_seq().is_some(),
        _ => node.as_str().is_some(),
    };
    if !fits {
        Field { attribute: "default", node, ..*field }.fail(&format!("should be a {kind}"));
        return None;
    }
    let options = map.get("options").and_then(Node::as_seq).unwrap_or_default().iter().map(Node::to_json).collect();
    let input = JobInput { kind, default: node.to_json(), options, regex: regex(field, map) };
    if !input.options.is_empty() && !input.options.contains(&input.default) {
        Field { attribute: "default", node, ..*field }.fail("should be one of the options");
    }
    Some(input)
}

/// A pattern without slashes around it, translated for the `regex` crate.
fn regex(field: &Field<'_>, map: &Map) -> Option<String> {
    let own = attribute(field.report, &field.at, map, "regex")?;
    let text = own.string()?;
    match Pattern::bare(&text) {
        Ok(pattern) => Some(pattern.translated().to_owned()),
        Err(_) => {
            own.fail("must be a regular expression with re2 syntax");
            None
        }
    }
}
