//! Job inputs (Jobs API contract §6.4, §6.6): values by name, which the job's file declares.

use pipewright_engine::jobs::inputs::GivenInputs;
use pipewright_http_kit::Check;
use serde_json::Value;

/// Reads `inputs` or `job_inputs`. Which names and values are good is seen once the caller was let at the job.
pub(super) fn read(check: &mut Check<'_>) -> GivenInputs {
    let name = if check.value("inputs").is_some() { "inputs" } else { "job_inputs" };
    match check.value(name) {
        None | Some(Value::Null) => GivenInputs::new(),
        Some(Value::Object(given)) => given.clone(),
        Some(Value::String(text)) if text.is_empty() => GivenInputs::new(),
        Some(_) => check.invalid(name),
    }
}
