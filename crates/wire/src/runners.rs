//! Runners as the API shows them to people (Jobs API contract §9.6, §9.7; runner protocol §3).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A runner inside jobs and lists.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Runner {
    /// Unique id.
    pub id: i64,
    /// Purpose for people.
    pub description: String,
    /// Always null: machines have addresses, runners have not.
    pub ip_address: Option<String>,
    /// Takes jobs.
    pub active: bool,
    /// The opposite.
    pub paused: bool,
    /// Takes every project's jobs.
    pub is_shared: bool,
    /// `instance_type`, `group_type`, `project_type`.
    pub runner_type: String,
    /// What the program calls itself.
    pub name: Option<String>,
    /// Heard of within two hours; null when never.
    pub online: Option<bool>,
    /// Who made it.
    #[schemars(with = "Option<crate::users::UserBasic>")]
    pub created_by: Option<Value>,
    /// When it was made.
    pub created_at: String,
    /// `online`, `offline`, `stale`, `never_contacted`, `paused`.
    pub status: String,
    /// `active` while it runs a job, else `idle`.
    pub job_execution_status: String,
}

/// A single runner.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunnerDetail {
    /// What lists show too.
    #[serde(flatten)]
    pub basic: Runner,
    /// Its tags.
    pub tag_list: Vec<String>,
    /// Takes jobs without tags.
    pub run_untagged: bool,
    /// May not be assigned to further projects.
    pub locked: bool,
    /// Upper bound for jobs' timeouts, seconds.
    pub maximum_timeout: Option<i64>,
    /// `not_protected` or `ref_protected`.
    pub access_level: String,
    /// Notes for people.
    pub maintenance_note: Option<String>,
    /// Of the machine heard of last.
    pub version: Option<String>,
    /// Of the machine heard of last.
    pub revision: Option<String>,
    /// Of the machine heard of last.
    pub platform: Option<String>,
    /// Of the machine heard of last.
    pub architecture: Option<String>,
    /// Last call.
    pub contacted_at: Option<String>,
    /// Projects it is assigned to.
    pub projects: Vec<RunnerProject>,
    /// Groups it is assigned to.
    pub groups: Vec<RunnerGroup>,
}

/// A project of a runner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunnerProject {
    /// Unique id.
    pub id: i64,
    /// Name for people.
    pub name: String,
    /// Namespaces' names before it, joined by ` / `.
    pub name_with_namespace: String,
    /// Last segment of its address.
    pub path: String,
    /// Whole address.
    pub path_with_namespace: String,
}

/// A group of a runner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunnerGroup {
    /// Unique id.
    pub id: i64,
    /// Name for people.
    pub name: String,
    /// Its page.
    pub web_url: String,
}

/// One machine of a runner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunnerManager {
    /// Unique id.
    pub id: i64,
    /// The machine's own name for itself.
    pub system_id: String,
    /// Program's version.
    pub version: Option<String>,
    /// Program's revision.
    pub revision: Option<String>,
    /// Operating system.
    pub platform: Option<String>,
    /// Processor.
    pub architecture: Option<String>,
    /// When it was first seen.
    pub created_at: String,
    /// Last call.
    pub contacted_at: Option<String>,
    /// Address it calls from.
    pub ip_address: Option<String>,
    /// `online`, `offline`, `stale`, `never_contacted`.
    pub status: String,
    /// `active` while it runs a job, else `idle`.
    pub job_execution_status: String,
}
