//! The job a runner is given: the body of a 201 to `POST /jobs/request` (runner protocol §5).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use super::payload_parts::{
    Artifact, Cache, Credentials, Dependency, GitInfo, Hook, Image, Input, Service, Step, Variable,
};

/// A job with everything needed to run it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobPayload {
    /// The job's id, used in all its addresses.
    pub id: i64,
    /// The job's token.
    pub token: String,
    /// Whether the git strategy is `fetch` (true) or `clone` unless a variable says otherwise.
    pub allow_git_fetch: bool,
    /// Names and ids around the job.
    pub job_info: JobInfo,
    /// Where the source comes from.
    pub git_info: GitInfo,
    /// Limits.
    pub runner_info: RunnerLimits,
    /// Typed inputs of the job.
    pub inputs: Vec<Input>,
    /// In order; of two with the same key the later one counts.
    pub variables: Vec<Variable>,
    /// `script`, then perhaps `release` and `after_script`.
    pub steps: Vec<Step>,
    /// JSON text of a step list. Absent unless used: one client refuses null and "" (trap 3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The container image wanted.
    pub image: Option<Image>,
    /// Containers beside it.
    pub services: Vec<Service>,
    /// What to upload. Always present (trap 6).
    pub artifacts: Vec<Artifact>,
    /// What to keep between jobs.
    pub cache: Vec<Cache>,
    /// Logins to registries.
    pub credentials: Vec<Credentials>,
    /// Jobs whose artifacts are wanted. Always present (trap 6).
    pub dependencies: Vec<Dependency>,
    /// What the server can do.
    pub features: PayloadFeatures,
    /// Scripts around getting the sources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
    /// What the runner is to fetch from where secrets are kept, by the name of the variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secrets: Option<BTreeMap<String, Value>>,
}

/// `job_info`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobInfo {
    /// The job's id.
    pub id: i64,
    /// The job's name.
    pub name: String,
    /// Its stage.
    pub stage: String,
    /// Its pipeline.
    pub pipeline_id: i64,
    /// Its project.
    pub project_id: i64,
    /// The project's display name.
    pub project_name: String,
    /// The project's full path.
    pub project_full_path: String,
    /// The project's namespace.
    pub namespace_id: i64,
    /// The topmost namespace.
    pub root_namespace_id: i64,
    /// Always 1 here.
    pub organization_id: i64,
    /// The server's id.
    pub instance_id: String,
    /// The server's id once more.
    pub instance_uuid: String,
    /// Who started the job.
    pub user_id: Option<i64>,
    /// The user a composite identity stands for.
    pub scoped_user_id: Option<i64>,
    /// Seconds the job waited.
    pub time_in_queue_seconds: f64,
    /// Text, such as `3` or `+Inf` (trap 4).
    pub project_jobs_running_on_instance_runners_count: String,
    /// Jobs waiting.
    pub queue_size: i64,
    /// How deep the server had to look.
    pub queue_depth: i64,
}

/// `runner_info`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunnerLimits {
    /// Seconds the job may take; 0 or less means two hours.
    pub timeout: i64,
    /// Where the web terminal would be.
    pub runner_session_url: Option<String>,
    /// The runner's public id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
}

/// `features`: what the server can do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PayloadFeatures {
    /// Whether section marks are wanted in the log.
    pub trace_sections: bool,
    /// Prefixes of words to mask in the log.
    pub token_mask_prefixes: Vec<String>,
    /// The failure reasons the server knows.
    pub failure_reasons: Vec<String>,
}
