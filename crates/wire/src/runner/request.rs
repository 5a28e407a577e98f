//! `POST /jobs/request` (runner protocol §4.1).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Features;

/// The body with which a runner asks for a job. Only `token` is needed; everything else may be
/// missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobRequest {
    /// The runner's authentication token.
    pub token: String,
    /// The machine the runner runs on (§2.7); missing means the one manager `<legacy>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_id: Option<String>,
    /// What the runner is and can do.
    pub info: RunnerInfo,
    /// The opaque queue value of the last answer that had one (§4.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_update: Option<String>,
    /// Web terminal of the runner; nothing here uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionInfo>,
}

/// What a runner tells of itself, in most calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunnerInfo {
    /// Program name, `gitlab-runner` for the official one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Program version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Source revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Operating system, in Go's words (`linux`, `darwin`, `windows`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Processor, in Go's words (`amd64`, `arm64`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// `shell`, `docker`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executor: Option<String>,
    /// `bash`, `sh`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<String>,
    /// What it can do.
    pub features: Features,
    /// Parts of the runner's configuration the server shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<RunnerConfigInfo>,
    /// Free labels of the machine.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, serde_json::Value>,
}

/// `info.config`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunnerConfigInfo {
    /// The graphics processors given to jobs, free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpus: Option<String>,
}

/// `session`: where the runner would serve a web terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionInfo {
    /// Address of the session server.
    pub url: String,
    /// Its certificate, PEM.
    pub certificate: String,
    /// The secret it wants.
    pub authorization: String,
}
