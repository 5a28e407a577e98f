//! Runners and their machines.

use pipewright_model::runner::{RunnerStatus, contact_status};
use pipewright_model::{Runner, RunnerManager, RunnerType, Timestamp};
use pipewright_wire::runners::{Runner as Shape, RunnerManager as ManagerShape};
use serde_json::Value;

fn execution(busy: bool) -> String {
    if busy { "active" } else { "idle" }.to_owned()
}

/// A runner inside a job or a list; `name` is what its machine calls the program, `made_by` its maker.
pub(crate) fn runner(
    runner: &Runner,
    name: Option<String>,
    made_by: Option<Value>,
    busy: bool,
    now: Timestamp,
) -> Shape {
    let contact = contact_status(runner.created_at, runner.contacted_at, now);
    let status = if runner.active { contact } else { RunnerStatus::Paused };
    Shape {
        id: runner.id.0,
        description: runner.description.clone(),
        ip_address: None,
        active: runner.active,
        paused: !runner.active,
        is_shared: runner.runner_type == RunnerType::Instance,
        runner_type: runner.runner_type.as_str().to_owned(),
        name,
        online: runner.contacted_at.map(|_| contact == RunnerStatus::Online),
        created_by: made_by,
        created_at: runner.created_at.to_string(),
        status: status.as_str().to_owned(),
        job_execution_status: execution(busy),
    }
}

/// One machine of a runner.
pub(crate) fn manager(manager: &RunnerManager, busy: bool, now: Timestamp) -> ManagerShape {
    ManagerShape {
        id: manager.id.0,
        system_id: manager.system_id.clone(),
        version: manager.version.clone(),
        revision: manager.revision.clone(),
        platform: manager.platform.clone(),
        architecture: manager.architecture.clone(),
        created_at: manager.created_at.to_string(),
        contacted_at: manager.contacted_at.map(|at| at.to_string()),
        ip_address: manager.ip_address.clone(),
        status: contact_status(manager.created_at, manager.contacted_at, now).as_str().to_owned(),
        job_execution_status: execution(busy),
    }
}
