//! What the calls of runners have in common: a runner's token instead of a person's (runner protocol §1).

use http::HeaderMap;
use pipewright_http_kit::{ApiError, Authenticate, Call, Route};
use pipewright_wire::runner::{RunnerInfo, from_body, headers::RUNNER_TOKEN};
use std::net::IpAddr;

/// A route that nobody signs in to: the handler asks for the runner's token.
pub(super) struct ByRunner;

impl Route for ByRunner {
    const AUTHENTICATE: Authenticate = Authenticate::Never;
    const BODY_LIMIT: usize = 1024 * 1024;
}

/// The token in the body, or else in its header; 400 where there is neither.
pub(super) fn token(call: &Call<ByRunner>) -> Result<String, ApiError> {
    let header = || call.headers.get(RUNNER_TOKEN).and_then(|value| value.to_str().ok());
    let given = call.params.text("token").map(str::trim).filter(|token| !token.is_empty());
    let given = given.or_else(header).map(str::trim).filter(|token| !token.is_empty());
    given.map(ToOwned::to_owned).ok_or_else(|| ApiError::Params("token is missing".to_owned()))
}

/// What the machine tells of itself, if it does; what cannot be read is not told.
pub(super) fn info(call: &Call<ByRunner>) -> Option<RunnerInfo> {
    from_body(call.params.get("info")?.to_string().as_bytes()).ok()
}

/// The address a proxy says the call comes from.
pub(super) fn ip_address(headers: &HeaderMap) -> Option<String> {
    let hops = headers.get("x-forwarded-for")?.to_str().ok()?;
    let first: IpAddr = hops.split(',').next()?.trim().parse().ok()?;
    Some(first.to_string())
}

#[cfg(test)]
mod tests {
    use super::ip_address;
    use http::HeaderMap;

    #[test]
    fn the_first_hop_is_the_runner() {
        let mut headers = HeaderMap::new();
        assert_eq!(ip_address(&headers), None);
        headers.insert("x-forwarded-for", "2001:db8::1, 10.0.0.1".parse().unwrap());
        assert_eq!(ip_address(&headers).as_deref(), Some("2001:db8::1"));
        headers.insert("x-forwarded-for", "nonsense".parse().unwrap());
        assert_eq!(ip_address(&headers), None);
    }
}
