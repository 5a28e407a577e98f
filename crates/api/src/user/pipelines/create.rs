//! `POST /projects/:id/pipeline` (and, as an addition, `…/pipelines`).

use super::shape;
use pipewright_engine::jobs::variables::GivenVariable;
use pipewright_engine::pipelines::list::Wish;
use pipewright_http_kit::{Answer, Call, Check, SignedIn, reply};
use pipewright_model::VariableType;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) async fn handle(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let ref_name = check.required_text("ref");
    let variables = given(&mut check);
    let inputs = inputs(&mut check);
    check.done()?;
    let view = call.engine.run_pipeline(&call.caller, &call.project(), Wish { ref_name, variables, inputs }).await?;
    reply::created(&shape::detail(&view, &call.engine.external_url))
}

/// `inputs`: values of the file's `spec:inputs`, by name.
fn inputs(check: &mut Check<'_>) -> BTreeMap<String, Value> {
    match check.value("inputs") {
        None | Some(Value::Null) => BTreeMap::new(),
        Some(Value::Object(given)) => given.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        Some(Value::String(text)) if text.is_empty() => BTreeMap::new(),
        Some(_) => check.invalid("inputs"),
    }
}

/// `variables`: a list of `{key, value, variable_type}`, or an object of names and values.
fn given(check: &mut Check<'_>) -> Vec<GivenVariable> {
    match check.value("variables") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().filter_map(|item| one(check, item)).collect(),
        Some(Value::Object(pairs)) if pairs.keys().all(|key| key.parse::<u32>().is_ok()) => {
            pairs.values().filter_map(|item| one(check, item)).collect()
        }
        Some(Value::Object(pairs)) => pairs
            .iter()
            .filter_map(|(key, value)| text(value).map(|value| GivenVariable::new(key.clone(), value)))
            .collect(),
        Some(_) => check.invalid("variables"),
    }
}

fn one(check: &mut Check<'_>, item: &Value) -> Option<GivenVariable> {
    let Some(key) = item.get("key").and_then(text) else {
        check.fault("variables[key] is missing");
        return None;
    };
    let Some(value) = item.get("value").and_then(text) else {
        check.fault("variables[value] is missing");
        return None;
    };
    let variable_type = match item.get("variable_type").and_then(Value::as_str) {
        None | Some("env_var") => VariableType::EnvVar,
        Some("file") => VariableType::File,
        Some(_) => {
            check.fault("variables[variable_type] does not have a valid value");
            return None;
        }
    };
    Some(GivenVariable { variable_type, ..GivenVariable::new(key, value) })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
