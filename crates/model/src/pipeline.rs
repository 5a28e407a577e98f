//! A pipeline: the jobs one event started on one commit.

use crate::{JobId, PipelineId, ProjectId, Status, Timestamp, UserId, words::words};

words! {
    /// What started a pipeline.
    Source {
        /// A git push.
        Push = "push",
        /// The pages.
        Web = "web",
        /// A trigger token.
        Trigger = "trigger",
        /// A schedule.
        Schedule = "schedule",
        /// The API.
        Api = "api",
        /// Statuses reported from outside.
        External = "external",
        /// A bridge of another project.
        Pipeline = "pipeline",
        /// A chat.
        Chat = "chat",
        /// A web editor.
        WebIde = "webide",
        /// A merge request.
        MergeRequestEvent = "merge_request_event",
        /// A pull request elsewhere.
        ExternalPullRequestEvent = "external_pull_request_event",
        /// A bridge of the same project.
        ParentPipeline = "parent_pipeline",
        /// An on-demand scan.
        OndemandDastScan = "ondemand_dast_scan",
        /// An on-demand scan's check.
        OndemandDastValidation = "ondemand_dast_validation",
        /// A policy.
        SecurityOrchestrationPolicy = "security_orchestration_policy",
    }
}

/// A pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// Unique id.
    pub id: PipelineId,
    /// Counts within the project, from 1.
    pub iid: i64,
    /// Whose.
    pub project_id: ProjectId,
    /// Branch or tag.
    pub ref_name: String,
    /// The ref is a tag.
    pub tag: bool,
    /// Commit.
    pub sha: String,
    /// Previous head of the branch; 40 zeros where there was none.
    pub before_sha: String,
    /// Where it stands.
    pub status: Status,
    /// What started it.
    pub source: Source,
    /// Who started it.
    pub user_id: Option<UserId>,
    /// The ref was protected when it started.
    pub protected: bool,
    /// `workflow:name`.
    pub name: Option<String>,
    /// Why it could not be compiled, one message a line.
    pub yaml_errors: Option<String>,
    /// Why it failed without a job failing (`config_error` …).
    pub failure_reason: Option<String>,
    /// `workflow:auto_cancel:on_job_failure` is `all`.
    pub cancel_on_job_failure: bool,
    /// `workflow:auto_cancel:on_new_commit`: conservative, interruptible or none.
    pub on_new_commit: String,
    /// The bridge that started it, in this project or another.
    pub source_job_id: Option<JobId>,
    /// The pipeline at the root of a tree of child pipelines (itself where it is no child).
    pub root_id: PipelineId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When anything of it changed.
    pub updated_at: Timestamp,
    /// When its first job started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}
