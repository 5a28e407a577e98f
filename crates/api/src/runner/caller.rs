//! Calls about the runner itself: a runner's token instead of a person's (runner protocol §1, §2). Official
//! runners send JSON; people's scripts send forms too, so both are read.

use super::call;
use pipewright_http_kit::{ApiError, Authenticate, Call, Route};
use pipewright_wire::runner::{RunnerInfo, from_body};

/// A route that nobody signs in to: the handler asks for the runner's token.
pub(crate) struct ByRunner;

impl Route for ByRunner {
    const AUTHENTICATE: Authenticate = Authenticate::Never;
    const BODY_LIMIT: usize = 1024 * 1024;
}

/// The token in the body, or else in its header; 400 where there is neither.
pub(super) fn token(sent: &Call<ByRunner>) -> Result<String, ApiError> {
    call::runner_token(&sent.headers, sent.params.text("token").map(str::trim).unwrap_or_default())
}

/// What the machine tells of itself, if it does; what cannot be read is not told.
pub(super) fn info(sent: &Call<ByRunner>) -> Option<RunnerInfo> {
    from_body(sent.params.get("info")?.to_string().as_bytes()).ok()
}
