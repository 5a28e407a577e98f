//! The instance itself, and small answers that several resources share.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// `GET /version`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Version {
    /// The version of GitLab whose API is answered for.
    pub version: &'static str,
    /// This program and its own version.
    pub revision: String,
}

/// `GET /metadata`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Metadata {
    /// The same as `/version` tells.
    #[serde(flatten)]
    pub version: Version,
    /// The server of agents, of which there is none.
    pub kas: AgentServer,
    /// Always false.
    pub enterprise: bool,
}

/// The server agents connect to: there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentServer {
    /// Always false.
    pub enabled: bool,
    /// Its address.
    pub external_url: Option<String>,
    /// Its address for clusters.
    #[serde(rename = "externalK8sProxyUrl")]
    pub external_proxy_url: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// `GET /application/statistics`: numbers as text, with a comma after each thousand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Statistics {
    /// There are none.
    pub forks: String,
    /// There are none.
    pub issues: String,
    /// There are none.
    pub merge_requests: String,
    /// There are none.
    pub notes: String,
    /// There are none.
    pub snippets: String,
    /// There are none.
    pub ssh_keys: String,
    /// There are none.
    pub milestones: String,
    /// Accounts.
    pub users: String,
    /// Projects.
    pub projects: String,
    /// Groups.
    pub groups: String,
    /// Accounts that may be used.
    pub active_users: String,
}

/// A sentence, where GitLab answers one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Message {
    /// The sentence.
    pub message: &'static str,
}

/// `GET /namespaces/:id/exists`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NameTaken {
    /// The name is taken.
    pub exists: bool,
    /// Names that are not.
    pub suggests: Vec<String>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileWritten {
    /// From the top of the repository.
    pub file_path: String,
    /// Where it was written.
    pub branch: String,
}

/// An element of a list that is always empty.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Nothing(pub Value);

/// A built-in pipeline file in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TemplateName {
    /// What it is asked for by.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// A built-in pipeline file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// Its whole text.
    pub content: &'static str,
}

/// `GET /application/settings`: what the server really has, under GitLab's names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the API has them so")]
pub struct ApplicationSettings {
    /// Always 1.
    pub id: i64,
    /// Largest artifact archive, MiB.
    pub max_artifacts_size: i64,
    /// How long artifacts without `expire_in` are kept; `0` for ever.
    pub default_artifacts_expire_in: String,
    /// The newest successful pipeline's artifacts are kept, in projects that keep them.
    pub keep_latest_artifact: bool,
    /// What a new project is where nobody says.
    pub default_project_visibility: String,
    /// What a new group is where nobody says.
    pub default_group_visibility: String,
    /// First branch of a new project.
    pub default_branch_name: String,
    /// Projects a user may have in his own namespace.
    pub default_projects_limit: i64,
    /// New users are external where nobody says.
    pub user_default_external: bool,
    /// Largest pipeline file or include, bytes.
    pub max_yaml_size_bytes: i64,
    /// All files of one pipeline together, bytes.
    pub ci_max_total_yaml_size_bytes: i64,
    /// Most includes of a pipeline. Fixed.
    pub ci_max_includes: i64,
    /// Calls of a project's job list by one user in a minute; 0 is no limit.
    pub project_jobs_api_rate_limit: i64,
    /// Seconds the token of a runner, of whichever kind, lives; null for ever.
    pub runner_token_expiration_interval: Option<i64>,
    /// Logs are readable while they grow. Fixed.
    pub ci_job_live_trace_enabled: bool,
    /// Runners of the instance serve every project. Fixed.
    pub shared_runners_enabled: bool,
    /// Fixed.
    pub auto_devops_enabled: bool,
    /// Users may make groups. Fixed.
    pub can_create_group: bool,
    /// Who may make projects in a group: 2, developers and above. Fixed.
    pub default_project_creation: i64,
    /// git is served over HTTP alone. Fixed.
    pub enabled_git_access_protocol: &'static str,
    /// Projects are imported from nowhere. Fixed.
    pub import_sources: Vec<String>,
    /// Every visibility may be used. Fixed.
    pub restricted_visibility_levels: Vec<String>,
    /// Administrators make the users. Fixed.
    pub signup_enabled: bool,
    /// There are no passwords. Fixed.
    pub password_authentication_enabled_for_web: bool,
    /// There are no passwords. Fixed.
    pub password_authentication_enabled_for_git: bool,
    /// Calls are limited by endpoint, not by one throttle. Fixed.
    pub throttle_authenticated_api_enabled: bool,
    /// Calls are limited by endpoint, not by one throttle. Fixed.
    pub throttle_unauthenticated_api_enabled: bool,
    /// Nothing is sent to anybody. Fixed.
    pub usage_ping_enabled: bool,
    /// Nobody is asked for newer versions. Fixed.
    pub version_check_enabled: bool,
}
