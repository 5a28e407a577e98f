//! `GET /runners/:id` and `…/managers` (runner protocol §3).

use super::{ManagesRunners, answer, runner_id};
use crate::shape;
use pipewright_engine::Error;
use pipewright_http_kit::{Answer, Call, reply};

pub(super) async fn handle(call: Call<ManagesRunners>) -> Answer {
    let found = call.engine.runner(&call.caller, runner_id(&call)?).await?;
    let shown = answer::details(&found, &call.engine.external_url);
    reply::ok(&shown.ok_or_else(|| Error::missing("Runner"))?)
}

pub(super) async fn machines(call: Call<ManagesRunners>) -> Answer {
    let found = call.engine.runner_machines(&call.caller, runner_id(&call)?).await?;
    let managers = found.managers.iter();
    let shown = managers.map(|manager| shape::runner::manager(manager, found.busy.contains(&manager.id), found.now));
    reply::ok(&shown.collect::<Vec<_>>())
}
