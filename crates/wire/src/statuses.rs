//! Statuses of commits as the API shows them.

use crate::users::UserBasic;
use schemars::JsonSchema;
use serde::Serialize;

/// A job of one of a commit's pipelines, or a status reported from outside.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CommitStatus {
    /// The job's id.
    pub id: i64,
    /// The commit.
    pub sha: String,
    /// Branch or tag.
    #[serde(rename = "ref")]
    pub ref_name: String,
    /// Where it stands.
    #[schemars(extend("enum" = crate::words::STATUSES))]
    pub status: String,
    /// Name.
    pub name: String,
    /// Where more is to be seen: a job's page, or what was given.
    pub target_url: Option<String>,
    /// In short.
    pub description: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended.
    pub finished_at: Option<String>,
    /// Its failure does not fail the pipeline.
    pub allow_failure: bool,
    /// Percentage.
    pub coverage: Option<f64>,
    /// Its pipeline.
    pub pipeline_id: i64,
    /// Who started or reported it.
    pub author: Option<UserBasic>,
}
