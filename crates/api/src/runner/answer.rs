//! A runner's token as an answer.

use http::StatusCode;
use pipewright_engine::runners::tokens::Issued;
use pipewright_http_kit::{Answer, reply};
use pipewright_model::Runner;
use pipewright_wire::runner::RunnerToken;

fn shape(runner: &Runner, token: &str) -> RunnerToken {
    RunnerToken {
        id: Some(runner.id.0),
        token: token.to_owned(),
        token_expires_at: runner.token_expires_at.map(|at| at.to_string()),
    }
}

/// A runner with a token that is shown this once.
pub(crate) fn issued(status: StatusCode, issued: &Issued) -> Answer {
    reply::json(status, &shape(&issued.runner, &issued.token))
}

/// A token that took another's place: without the runner's id.
pub(crate) fn reset(issued: &Issued) -> Answer {
    reply::created(&RunnerToken { id: None, ..shape(&issued.runner, &issued.token) })
}

/// A runner and the token it showed.
pub(super) fn known(runner: &Runner, token: &str) -> Answer {
    reply::ok(&shape(runner, token))
}
