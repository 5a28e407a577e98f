//! `POST /user/runners` (runner protocol §2.2).

use super::CreatesRunners;
use crate::runner::{answer, change};
use http::StatusCode;
use pipewright_engine::access::{NamespaceRef, ProjectRef};
use pipewright_engine::runners::Place;
use pipewright_http_kit::{Answer, Call, Check};
use pipewright_model::{NamespaceId, ProjectId, RunnerType};

pub(super) async fn handle(call: Call<CreatesRunners>) -> Answer {
    let mut check = call.check();
    let place = place(&mut check);
    let change = change::read(&mut check, &call.params);
    check.done()?;
    let issued = call.engine.create_runner(&call.caller, place, change).await?;
    answer::issued(StatusCode::CREATED, &issued)
}

fn place(check: &mut Check<'_>) -> Place {
    if check.value("runner_type").is_none() {
        check.fault("runner_type is missing");
    }
    match check.word("runner_type") {
        Some(RunnerType::Group) => Place::Group(NamespaceRef::Id(NamespaceId(check.id("group_id")))),
        Some(RunnerType::Project) => Place::Project(ProjectRef::Id(ProjectId(check.id("project_id")))),
        Some(RunnerType::Instance) | None => Place::Instance,
    }
}
