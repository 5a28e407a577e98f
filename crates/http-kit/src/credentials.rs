//! Where a caller may put his token (Jobs API contract §2.1).

use crate::{ApiError, Params, Route};
use http::{HeaderMap, header};
use pipewright_engine::{Caller, Engine};

/// Everything a caller showed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials {
    private_token: Option<String>,
    bearer: Option<String>,
    job_token: Option<String>,
    sudo: Option<String>,
}

pub(crate) async fn resolve<R: Route>(_: &Engine, _: &Credentials, _: bool) -> Result<Caller, ApiError> {
    Ok(Caller::Anonymous)
}

/// Reads every carrier; blank values count as absent.
pub(crate) fn read(headers: &HeaderMap, params: &Params) -> Credentials {
    let header = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|value| !value.is_empty())
    };
    let param = |name: &str| params.text(name).filter(|value| !value.trim().is_empty());
    let own = |value: Option<&str>| value.map(ToOwned::to_owned);
    let bearer = header(header::AUTHORIZATION.as_str()).and_then(bearer);
    Credentials {
        private_token: own(param("private_token").or_else(|| header("private-token"))),
        bearer: own(bearer.or_else(|| param("access_token")).or_else(|| param("bearer_token"))),
        job_token: own(param("job_token").or_else(|| param("token")).or_else(|| header("job-token"))),
        sudo: own(param("sudo").or_else(|| header("sudo"))),
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}
