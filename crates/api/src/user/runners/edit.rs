//! `PUT /runners/:id` (runner protocol §3).

use super::{ManagesRunners, answer, runner_id};
use crate::runner::change;
use pipewright_engine::Error;
use pipewright_http_kit::{Answer, Call, reply};

pub(super) async fn handle(call: Call<ManagesRunners>) -> Answer {
    let id = runner_id(&call)?;
    let mut check = call.check();
    let change = change::read(&mut check, &call.params);
    change::require_one(&mut check, &call.params);
    check.done()?;
    let found = call.engine.update_runner(&call.caller, id, change).await?;
    let shown = answer::details(&found, &call.engine.external_url);
    reply::ok(&shown.ok_or_else(|| Error::missing("Runner"))?)
}
