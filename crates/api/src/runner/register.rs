//! `POST /runners` (runner protocol §2.3): registering with a registration token.

use super::caller::{ByRunner, token};
use super::{answer, change};
use http::StatusCode;
use pipewright_http_kit::{Answer, Call};

pub(super) async fn handle(call: Call<ByRunner>) -> Answer {
    let token = token(&call)?;
    let mut check = call.check();
    let mut change = change::read(&mut check, &call.params);
    check.done()?;
    // Programs write 0 where they mean no bound.
    change.maximum_timeout = change.maximum_timeout.filter(|seconds| *seconds != Some(0));
    let untagged = change.tags.as_ref().is_none_or(Vec::is_empty);
    change.run_untagged = change.run_untagged.or(Some(untagged));
    let issued = call.engine.register_runner(&token, change).await?;
    answer::issued(StatusCode::CREATED, &issued)
}
