//! Typed inputs of a job: declared in its file, given when it is played or retried, read by the runner
//! (runner protocol §5, Jobs API contract §6.4, §6.6).

use crate::secrets::Secrets;
use crate::{Error, Result};
use pipewright_ci_config::plan::{JobInput, JobPlan};
use pipewright_wire::runner::{Input, InputValue};
use regex::Regex;
use serde_json::{Map, Value};

/// Most bytes of one value.
const LONGEST: usize = 64 << 10;

/// Values somebody gave, by name.
pub type GivenInputs = Map<String, Value>;

/// Refuses names the file does not know and values it does not allow.
pub(super) fn check(plan: &JobPlan, given: &GivenInputs) -> Result<()> {
    for (name, value) in given {
        let Some(input) = plan.inputs.get(name) else {
            return Err(refused(format!("Unknown input: {name}")));
        };
        check_one(name, input, value)?;
    }
    Ok(())
}

fn refused(why: String) -> Error {
    Error::BadRequest(format!("400 Bad request - {why}"))
}

fn check_one(name: &str, input: &JobInput, value: &Value) -> Result<()> {
    let fits = match input.kind.as_str() {
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => value.is_string(),
    };
    if !fits {
        return Err(refused(format!("`{name}` input: provided value is not a {}", input.kind)));
    }
    if value.to_string().len() > LONGEST {
        return Err(refused(format!("`{name}` input: provided value is too long")));
    }
    if !input.options.is_empty() && !input.options.contains(value) {
        let options: Vec<String> = input.options.iter().map(text).collect();
        let why = format!(
            "`{name}` input: `{}` cannot be used because it is not in the list of allowed options ({})",
            text(value),
            options.join(", ")
        );
        return Err(refused(why));
    }
    let pattern = input.regex.as_ref().and_then(|pattern| Regex::new(pattern).ok());
    if pattern.is_some_and(|pattern| !pattern.is_match(value.as_str().unwrap_or_default())) {
        return Err(refused(format!("`{name}` input: provided value does not match required RegEx pattern")));
    }
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// Values as they are stored.
pub(super) fn seal(secrets: &Secrets, given: &GivenInputs) -> Vec<u8> {
    secrets.encrypt(&Value::Object(given.clone()).to_string())
}

/// Stored values again.
pub(super) fn open(secrets: &Secrets, sealed: &[u8]) -> Result<GivenInputs> {
    let text = secrets.decrypt(sealed)?;
    serde_json::from_str(&text).map_err(|error| Error::Internal(format!("a job's inputs cannot be read: {error}")))
}

/// The payload's inputs: what was given, else the file's defaults.
pub(super) fn of_payload(plan: &JobPlan, given: &GivenInputs) -> Vec<Input> {
    let input = |(name, input): (&String, &JobInput)| Input {
        key: name.clone(),
        value: InputValue {
            kind: input.kind.clone(),
            content: given.get(name).unwrap_or(&input.default).clone(),
            sensitive: false,
        },
    };
    plan.inputs.iter().map(input).collect()
}
