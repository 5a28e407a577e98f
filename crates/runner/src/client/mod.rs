//! The runner's side of the protocol over HTTP.

mod artifacts;
mod jobs;
mod retry;

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode, Url};

use pipewright_wire::runner::{Features, RunnerInfo, headers};

use crate::config::RunnerConfig;

pub(crate) use artifacts::{ArtifactAnswer, Upload};
pub(crate) use jobs::{Asked, JobAnswer, JobStatus};
pub(crate) use retry::Backoff;

/// Longest a request for work may take; servers hold it for about a minute.
const ASK_TIMEOUT: Duration = Duration::from_mins(10);
/// Longest an update or a trace patch may take.
const UPDATE_TIMEOUT: Duration = Duration::from_mins(1);

/// Why a call brought no usable answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// The address in the settings is none.
    #[error("{0:?} is not the address of a server: {1}")]
    Address(String, String),
    /// Nobody answered.
    #[error("the server cannot be reached: {}", with_causes(.0))]
    Network(#[from] reqwest::Error),
    /// An answer that is not foreseen.
    #[error("the server answered {status}{}", said(.message))]
    Refused { status: StatusCode, message: String },
    /// An answer that cannot be read.
    #[error("the server's answer cannot be read: {0}")]
    Body(String),
}

/// One runner's connection to its server.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: Url,
    token: String,
    system_id: String,
    info: RunnerInfo,
    random: fn() -> u64,
    backoff: Backoff,
}

impl Client {
    pub(crate) fn new(config: &RunnerConfig, system_id: String) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("pipewright-runner ", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(20))
            .build()?;
        Ok(Self {
            http,
            base: base_address(&config.url)?,
            token: config.token.clone(),
            system_id,
            info: runner_info(config),
            random: config.random,
            backoff: Backoff::new(config.retry_least, config.retry_most),
        })
    }

    pub(crate) fn backoff(&self) -> Backoff {
        self.backoff
    }

    fn address(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // Only addresses like `mailto:` have no path; base_address has refused them.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    fn call(&self, method: Method, url: Url) -> RequestBuilder {
        let id = format!("{:016x}{:016x}", (self.random)(), (self.random)());
        self.http.request(method, url).header(headers::REQUEST_ID, id)
    }
}

fn base_address(text: &str) -> Result<Url, ClientError> {
    let cut = text.trim_end_matches('/');
    let cut = cut.strip_suffix("/ci").unwrap_or(cut);
    let wrong = |why: &str| ClientError::Address(text.to_owned(), why.to_owned());
    let url = Url::parse(&format!("{cut}/api/v4/")).map_err(|error| wrong(&error.to_string()))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        other => Err(wrong(&format!("{other} is neither http nor https"))),
    }
}

fn runner_info(config: &RunnerConfig) -> RunnerInfo {
    RunnerInfo {
        name: Some("pipewright-runner".to_owned()),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        revision: Some("release".to_owned()),
        platform: Some(platform().to_owned()),
        architecture: Some(architecture().to_owned()),
        executor: Some("shell".to_owned()),
        shell: Some(crate::job::shell_name(config)),
        features: Features::new(OFFERED),
        ..RunnerInfo::default()
    }
}

/// What this runner does, and nothing else.
const OFFERED: [&str; 17] = [
    "variables",
    "artifacts",
    "cache",
    "fallback_cache_keys",
    "shared",
    "upload_multiple_artifacts",
    "upload_raw_artifacts",
    "refspecs",
    "masking",
    "raw_variables",
    "artifacts_exclude",
    "trace_reset",
    "trace_checksum",
    "trace_size",
    "cancelable",
    "return_exit_code",
    "cancel_gracefully",
];

/// The operating system in the words runners use.
pub(crate) fn platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

/// The processor in the words runners use.
pub(crate) fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn with_causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

fn said(message: &str) -> String {
    if message.is_empty() {
        return String::new();
    }
    format!(": {message}")
}

#[cfg(test)]
mod tests {
    use super::base_address;

    #[test]
    fn addresses_keep_their_path_and_lose_a_trailing_ci() {
        let base = |text: &str| base_address(text).map(String::from).unwrap();
        assert_eq!(base("http://h:1/"), "http://h:1/api/v4/");
        assert_eq!(base("https://h/gitlab/ci/"), "https://h/gitlab/api/v4/");
        assert!(base_address("ftp://h").is_err());
        assert!(base_address("no address").is_err());
    }
}
