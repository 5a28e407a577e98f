//! `POST /projects/:id/jobs/:job_id/play` (Jobs API contract §6.6).

use super::{answer, inputs};
use http::StatusCode;
use pipewright_engine::jobs::variables::GivenVariable;
use pipewright_http_kit::{Answer, Call, Check, SignedIn};
use pipewright_model::{JobId, JobKind};
use serde_json::Value;

const VARIABLES: &str = "job_variables_attributes";

pub(super) async fn handle(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let id = JobId(check.id("job_id"));
    let variables = variables(&mut check);
    let given = inputs::read(&mut check);
    check.done()?;
    let job = call.engine.play_job(&call.caller, &call.project(), id, &variables, given).await?;
    let page = call.engine.show(job.project_id, job.id).await?;
    match job.kind {
        JobKind::Build | JobKind::Status => answer::job(StatusCode::OK, &page, &call.engine.external_url),
        JobKind::Bridge => answer::bridge(StatusCode::OK, &page, &call.engine.external_url),
    }
}

/// Reads the variables; each fault names the place of its element, and one is enough to refuse all.
fn variables(check: &mut Check<'_>) -> Vec<GivenVariable> {
    let items: Vec<&Value> = match check.value(VARIABLES) {
        None => return Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        // A form may number them: `job_variables_attributes[0][key]=…`.
        Some(Value::Object(members)) => members.values().collect(),
        Some(_) => return check.invalid(VARIABLES),
    };
    let mut read = Vec::with_capacity(items.len());
    for (number, item) in items.into_iter().enumerate() {
        if !item.is_object() {
            check.fault(format!("{VARIABLES} is invalid"));
            return Vec::new();
        }
        let key = member(check, item, number, "key");
        let value = member(check, item, number, "value");
        read.push(GivenVariable::new(key, value));
    }
    read
}

fn member(check: &mut Check<'_>, item: &Value, number: usize, name: &str) -> String {
    match item.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
        None | Some(Value::Null) => {
            check.fault(format!("{VARIABLES}[{number}][{name}] is missing"));
            String::new()
        }
        Some(_) => {
            check.fault(format!("{VARIABLES}[{number}][{name}] is invalid"));
            String::new()
        }
    }
}
