//! Pipelines as the API shows them (Jobs API contract §9.3).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A pipeline inside jobs and lists.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PipelineBasic {
    /// Unique in the instance.
    pub id: i64,
    /// Counts within the project.
    pub iid: i64,
    /// Whose.
    pub project_id: i64,
    /// Commit.
    pub sha: String,
    /// Branch or tag.
    #[serde(rename = "ref")]
    pub ref_name: String,
    /// Where it stands.
    #[schemars(extend("enum" = crate::words::STATUSES))]
    pub status: String,
    /// What started it.
    pub source: String,
    /// When it was made.
    pub created_at: String,
    /// When anything of it changed.
    pub updated_at: String,
    /// Its page.
    pub web_url: String,
    /// `workflow:name`; lists show it, jobs do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
}

/// A single pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PipelineDetail {
    /// What lists show too.
    #[serde(flatten)]
    pub basic: PipelineBasic,
    /// Previous head of the branch; 40 zeros where there was none.
    pub before_sha: String,
    /// The ref is a tag.
    pub tag: bool,
    /// Why it could not be compiled.
    pub yaml_errors: Option<String>,
    /// Who started it.
    #[schemars(with = "Option<crate::users::UserBasic>")]
    pub user: Option<Value>,
    /// When its first job started.
    pub started_at: Option<String>,
    /// When it ended.
    pub finished_at: Option<String>,
    /// Never set; GitLab keeps the key.
    pub committed_at: Option<String>,
    /// Whole seconds it ran.
    pub duration: Option<i64>,
    /// Whole seconds from its making to its first job's start.
    pub queued_duration: Option<i64>,
    /// Mean of its jobs' coverage, two digits, as text.
    pub coverage: Option<String>,
    /// What a badge shows.
    pub detailed_status: DetailedStatus,
    /// Always false: there are no archived pipelines here.
    pub archived: bool,
}

/// What a badge shows of a status.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DetailedStatus {
    /// Name of the icon.
    pub icon: String,
    /// For the badge.
    pub text: String,
    /// Longer.
    pub label: String,
    /// The status' group; `success-with-warnings` where failures were allowed.
    pub group: String,
    /// Shown on hovering.
    pub tooltip: String,
    /// Whether `details_path` leads somewhere.
    pub has_details: bool,
    /// Path of the pipeline's page.
    pub details_path: String,
    /// Never set.
    pub illustration: Option<Value>,
    /// Icon of the page's tab.
    pub favicon: String,
}

impl DetailedStatus {
    /// The badge of a status; `warnings` when a failure was allowed in a success.
    pub fn of(status: &str, warnings: bool, details_path: String) -> Self {
        let (icon, text, label) = match status {
            "success" if warnings => ("status_warning", "Warning", "passed with warnings"),
            "success" => ("status_success", "Passed", "passed"),
            "created" => ("status_created", "Created", "created"),
            "waiting_for_resource" => ("status_pending", "Waiting", "waiting for resource"),
            "waiting_for_callback" => ("status_pending", "Waiting", "waiting for callback"),
            "preparing" => ("status_preparing", "Preparing", "preparing"),
            "pending" => ("status_pending", "Pending", "pending"),
            "running" => ("status_running", "Running", "running"),
            "failed" => ("status_failed", "Failed", "failed"),
            "canceling" => ("status_canceled", "Canceling", "canceling"),
            "canceled" => ("status_canceled", "Canceled", "canceled"),
            "skipped" => ("status_skipped", "Skipped", "skipped"),
            "manual" => ("status_manual", "Manual", "waiting for manual action"),
            "scheduled" => ("status_scheduled", "Scheduled", "waiting for delayed job"),
            other => ("status_notfound", other, other),
        };
        let group = match status {
            "success" if warnings => "success-with-warnings",
            "waiting_for_resource" => "waiting-for-resource",
            "waiting_for_callback" => "waiting-for-callback",
            other => other,
        };
        let favicon = if status == "success" { "favicon_status_success" } else { icon };
        Self {
            icon: icon.to_owned(),
            text: text.to_owned(),
            label: label.to_owned(),
            group: group.to_owned(),
            tooltip: label.to_owned(),
            has_details: true,
            details_path,
            illustration: None,
            favicon: format!("/assets/{favicon}.png"),
        }
    }
}

/// A variable a pipeline was started with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PipelineVariable {
    /// `env_var` or `file`.
    pub variable_type: String,
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Whether references in it stay as they are.
    pub raw: bool,
}
