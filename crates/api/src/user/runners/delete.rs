//! `DELETE /runners/:id` (runner protocol §3).

use super::{ManagesRunners, runner_id};
use pipewright_http_kit::{Answer, Call, reply};

pub(super) async fn handle(call: Call<ManagesRunners>) -> Answer {
    call.engine.delete_runner(&call.caller, runner_id(&call)?, call.unchanged()).await?;
    reply::no_content()
}
