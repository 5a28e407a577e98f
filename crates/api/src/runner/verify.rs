//! `POST /runners/verify` (runner protocol §2.4): is the token good; and a sign of life of the machine.

use super::caller::{ByRunner, info, token};
use super::{answer, call as sent};
use pipewright_engine::runners::contact::Machine;
use pipewright_http_kit::{Answer, Call};

pub(super) async fn handle(call: Call<ByRunner>) -> Answer {
    let token = token(&call)?;
    let mut check = call.check();
    let system_id = check.text("system_id");
    check.done()?;
    let info = info(&call);
    let machine =
        Machine { system_id: system_id.as_deref(), info: info.as_ref(), ip_address: sent::address(&call.headers) };
    let contacted = call.engine.contact(&token, &machine).await?;
    call.engine.let_go(&contacted);
    answer::known(&contacted.runner, &token)
}
