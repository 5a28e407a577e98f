//! Job inputs (Jobs API contract §6.4, §6.6). No pipeline file here declares any, so every name is unknown;
//! the caller hears so once he was let at the job.

use pipewright_engine::{Error, Result};
use pipewright_http_kit::{Call, Check, Route};
use pipewright_model::JobId;
use serde_json::Value;

/// Reads `inputs` or `job_inputs`; answers a name that was given a value.
pub(super) fn read(check: &mut Check<'_>) -> Option<String> {
    let name = if check.value("inputs").is_some() { "inputs" } else { "job_inputs" };
    match check.value(name)? {
        Value::Object(given) => given.keys().next().cloned(),
        Value::String(text) if text.is_empty() => None,
        _ => check.invalid(name),
    }
}

/// Refuses the name, if there is one, after the checks that come before it.
pub(super) async fn refuse<R: Route>(call: &Call<R>, id: JobId, unknown: Option<String>) -> Result<()> {
    let Some(name) = unknown else { return Ok(()) };
    call.engine.check_may_update(&call.caller, &call.project(), id).await?;
    Err(Error::BadRequest(format!("400 Bad request - Unknown input: {name}")))
}
