//! Jobs and bridges as the API shows them (Jobs API contract §9).
//!
//! The shapes borrow: a page of a list shows the same user, commit and pipeline many times.

use crate::pipelines::PipelineBasic;
use crate::repeated::Repeated;
use crate::repository::Commit;
use crate::runners::{Runner, RunnerManager};
use crate::users::User;
use schemars::JsonSchema;
use serde::Serialize;

/// What jobs and bridges have in common.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct JobCommon<'a> {
    /// Unique in the instance.
    pub id: i64,
    /// Where it stands.
    #[schemars(extend("enum" = crate::words::STATUSES))]
    pub status: &'a str,
    /// Stage's name.
    pub stage: &'a str,
    /// Name.
    pub name: &'a str,
    /// Branch or tag.
    #[serde(rename = "ref")]
    pub ref_name: &'a str,
    /// The ref is a tag.
    pub tag: bool,
    /// Percentage.
    pub coverage: Option<f64>,
    /// Its failure does not fail the pipeline.
    pub allow_failure: bool,
    /// When it was made.
    pub created_at: String,
    /// When a runner took it.
    pub started_at: Option<String>,
    /// When it ended.
    pub finished_at: Option<String>,
    /// When its log and artifacts were erased.
    pub erased_at: Option<String>,
    /// Seconds it ran.
    pub duration: Option<f64>,
    /// Seconds it waited.
    pub queued_duration: Option<f64>,
    /// Who started or played it last.
    pub user: Option<&'a Repeated<User>>,
    /// What it runs on.
    pub commit: Option<&'a Repeated<Commit>>,
    /// Its pipeline.
    pub pipeline: &'a Repeated<PipelineBasic>,
    /// Why it failed; there only if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<&'a str>,
    /// Its page.
    pub web_url: String,
    /// One setting of its project.
    pub project: JobProject,
    /// What started its pipeline.
    pub source: &'a str,
    /// Too old to be started again.
    pub archived: bool,
}

/// The one setting of a project that jobs show.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct JobProject {
    /// Its job tokens reach listed projects only.
    pub ci_job_token_scope_enabled: bool,
}

/// A job.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Job<'a> {
    /// What bridges have too.
    #[serde(flatten)]
    pub common: JobCommon<'a>,
    /// The archive; there only if it is and has not expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifacts_file: Option<ArtifactsFile<'a>>,
    /// Every stored file.
    pub artifacts: Vec<JobArtifact<'a>>,
    /// The runner that took it.
    pub runner: Option<&'a Repeated<Runner>>,
    /// The machine that took it; no such key where a bridge is shown as a job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runner_manager: Option<Option<&'a Repeated<RunnerManager>>>,
    /// When its artifacts may be deleted.
    pub artifacts_expire_at: Option<String>,
    /// Tags a runner must have, sorted.
    pub tag_list: &'a [String],
    /// Where its archive would be; in the answers of erase and keep only, and never known there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download_url: Option<Option<&'a str>>,
}

/// A bridge: a job that starts a pipeline.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Bridge<'a> {
    /// What jobs have too.
    #[serde(flatten)]
    pub common: JobCommon<'a>,
    /// The pipeline it started.
    pub downstream_pipeline: Option<&'a Repeated<PipelineBasic>>,
}

/// A job's archive.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct ArtifactsFile<'a> {
    /// Name for downloads.
    pub filename: &'a str,
    /// Bytes.
    pub size: i64,
}

/// One stored file of a job.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct JobArtifact<'a> {
    /// `archive`, `metadata`, `trace`, `junit` …
    pub file_type: &'a str,
    /// Bytes.
    pub size: i64,
    /// Name for downloads.
    pub filename: &'a str,
    /// `raw`, `zip` or `gzip`.
    #[schemars(extend("enum" = ["raw", "zip", "gzip"]))]
    pub file_format: &'a str,
}

/// One entry of an archive.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "ArtifactEntry")]
pub struct TreeEntry<'a> {
    /// Last part of the path.
    pub name: &'a str,
    /// Whole path; a folder's ends with a slash.
    pub path: &'a str,
    /// `file` or `directory`.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["file", "directory"]))]
    pub kind: &'static str,
    /// Bytes, for files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// `100644` or `040755`.
    pub mode: &'static str,
}
