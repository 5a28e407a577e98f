//! Where a caller may put his token (Jobs API contract §2.1).

use crate::{Params, Route};
use http::{HeaderMap, header};
use pipewright_engine::auth::Credentials;

/// Reads every carrier as route `R` has it; blank values count as absent.
pub(crate) fn read<R: Route>(headers: &HeaderMap, params: &Params, reads_only: bool) -> Credentials {
    let header = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|value| !value.is_empty())
    };
    let param = |name: &str| params.text(name).filter(|value| !value.trim().is_empty());
    let own = |value: Option<&str>| value.map(ToOwned::to_owned);
    let bearer = header(header::AUTHORIZATION.as_str()).and_then(bearer);
    Credentials {
        access_token: own(param("private_token").or_else(|| header("private-token"))),
        bearer: own(bearer.or_else(|| param("access_token")).or_else(|| param("bearer_token"))),
        job_token: own(param("job_token").or_else(|| param("token")).or_else(|| header("job-token"))),
        sudo: own(param("sudo").or_else(|| header("sudo"))),
        takes_job_tokens: R::JOB_TOKENS,
        reads_only,
        scopes: R::SCOPES,
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}
