//! `--json`: the same keys whatever happens, so that a script asks once.

use super::facts::Start;
use super::server::Answer;
use pipewright_ci_config::{Diagnostics, Outcomes, Plan};
use serde_json::{Value, json};

/// What was simulated, for the record.
pub(super) fn simulated(start: &Start, default_branch: &str, sha: Option<&str>) -> Value {
    json!({
        "ref": start.ref_name, "tag": start.tag, "source": start.source,
        "default_branch": default_branch, "sha": sha,
    })
}

/// A file compiled here.
pub(super) fn compiled(outcome: &Result<(Plan, Outcomes), Diagnostics>, simulated: &Value) -> Value {
    match outcome {
        Ok((plan, outcomes)) => json!({
            "valid": true,
            "errors": [],
            "warnings": plan.warnings,
            "simulated": simulated,
            "refusal": plan.verdict.refusal(),
            "pipeline": plan,
            "rules": outcomes,
        }),
        Err(wrong) => json!({
            "valid": false,
            "errors": wrong.errors,
            "warnings": wrong.warnings,
            "simulated": simulated,
            "refusal": null,
            "pipeline": null,
            "rules": null,
        }),
    }
}

/// A server's answer; what it says in its own shape is under `server`.
pub(super) fn answered(answer: &Answer, told: &Diagnostics) -> Value {
    json!({
        "valid": answer.valid,
        "errors": told.errors,
        "warnings": told.warnings,
        "simulated": null,
        "refusal": null,
        "pipeline": null,
        "rules": null,
        "server": answer.whole,
    })
}
