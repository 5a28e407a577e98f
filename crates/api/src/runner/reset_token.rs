//! `POST /runners/reset_authentication_token` (runner protocol §2.6): the runner changes its own token.

use super::answer;
use super::caller::{ByRunner, token};
use pipewright_http_kit::{Answer, Call};

pub(super) async fn handle(call: Call<ByRunner>) -> Answer {
    answer::reset(&call.engine.reset_own_runner_token(&token(&call)?).await?)
}
