//! `DELETE /runners` and `DELETE /runners/managers` (runner protocol §2.5), both with a body.

use super::caller::{ByRunner, token};
use pipewright_http_kit::{Answer, Call, reply};

pub(super) async fn runner(call: Call<ByRunner>) -> Answer {
    call.engine.remove_runner(&token(&call)?).await?;
    reply::no_content()
}

pub(super) async fn machine(call: Call<ByRunner>) -> Answer {
    let token = token(&call)?;
    let mut check = call.check();
    let system_id = check.required_text("system_id");
    check.done()?;
    call.engine.remove_machine(&token, system_id.trim()).await?;
    reply::no_content()
}
