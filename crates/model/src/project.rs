//! A project: one repository and everything that runs for it.

use crate::{NamespaceId, ProjectId, Timestamp, UserId, words::words};
use serde::{Deserialize, Serialize};

words! {
    /// Who may see a project or a group.
    Visibility {
        /// Members.
        Private = "private",
        /// Everybody signed in who is not external.
        Internal = "internal",
        /// Everybody.
        Public = "public",
    }
}

words! {
    /// Who may use a feature of a project.
    FeatureAccess {
        /// Nobody.
        Disabled = "disabled",
        /// Members.
        Private = "private",
        /// Everybody who sees the project.
        Enabled = "enabled",
    }
}

/// A project.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Unique id; also names the repository's folder.
    pub id: ProjectId,
    /// Where it lives.
    pub namespace_id: NamespaceId,
    /// Last segment of the address.
    pub path: String,
    /// Whole address, unique whatever the letter case.
    pub full_path: String,
    /// Name for people.
    pub name: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// Branch that is checked out by default; `None` until the first push.
    pub default_branch: Option<String>,
    /// Read-only.
    pub archived: bool,
    /// Who made it.
    pub creator_id: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its settings changed.
    pub updated_at: Timestamp,
    /// Last push or pipeline.
    pub last_activity_at: Timestamp,
    /// Set once its deletion has begun: it is gone for every caller.
    pub deleted_at: Option<Timestamp>,
    /// Everything that no query searches by.
    pub settings: ProjectSettings,
}

/// A project's settings, kept as one JSON column; each absent key has the default stated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectSettings {
    /// Purpose for people. Default empty.
    pub description: String,
    /// Topics, for people. Default none.
    pub topics: Vec<String>,
    /// People who see the project at guest level may read jobs (`public_jobs`). Default on.
    pub public_jobs: bool,
    /// Who may use CI/CD. Default enabled.
    pub builds_access_level: FeatureAccess,
    /// Who may read the repository. Default enabled.
    pub repository_access_level: FeatureAccess,
    /// Path of the pipeline file. Default empty, meaning `.gitlab-ci.yml`.
    pub ci_config_path: String,
    /// Seconds a job may run unless it says otherwise. Default 3600.
    pub build_timeout: i64,
    /// Depth of the runners' clones, 0 for all. Default 20.
    pub ci_default_git_depth: i64,
    /// Runners fetch into the last job's folder rather than clone. Default on.
    pub build_allow_git_fetch: bool,
    /// A newer pipeline of a ref cancels older ones. Default on.
    pub auto_cancel_pending_pipelines: bool,
    /// Instance runners take its jobs. Default on.
    pub shared_runners_enabled: bool,
    /// Group runners take its jobs. Default on.
    pub group_runners_enabled: bool,
    /// Its job tokens reach only listed private projects (outbound scope). Default off.
    pub ci_job_token_scope_enabled: bool,
    /// Only listed projects' job tokens reach it (inbound scope). Default on.
    pub ci_inbound_job_token_scope_enabled: bool,
    /// Job tokens may push. Default off.
    pub ci_push_repository_for_job_token_allowed: bool,
    /// Least role that may set pipeline variables, by name. Default developer.
    pub ci_pipeline_variables_minimum_override_role: String,
    /// The newest successful pipeline's artifacts are kept past their expiry. Default on.
    pub keep_latest_artifact: bool,
    /// Largest archive in megabytes. Default: the instance's setting.
    pub max_artifacts_size: Option<i64>,
    /// Anything else clients set and read back (merge methods and the like).
    pub other: serde_json::Map<String, serde_json::Value>,
}

impl Default for ProjectSettings {
    fn default() -> Self {
        Self {
            description: String::new(),
            topics: Vec::new(),
            public_jobs: true,
            builds_access_level: FeatureAccess::Enabled,
            repository_access_level: FeatureAccess::Enabled,
            ci_config_path: String::new(),
            build_timeout: 3600,
            ci_default_git_depth: 20,
            build_allow_git_fetch: true,
            auto_cancel_pending_pipelines: true,
            shared_runners_enabled: true,
            group_runners_enabled: true,
            ci_job_token_scope_enabled: false,
            ci_inbound_job_token_scope_enabled: true,
            ci_push_repository_for_job_token_allowed: false,
            ci_pipeline_variables_minimum_override_role: "developer".to_owned(),
            keep_latest_artifact: true,
            max_artifacts_size: None,
            other: serde_json::Map::new(),
        }
    }
}

impl Project {
    /// Path of the pipeline file in the repository.
    pub fn ci_config_path(&self) -> &str {
        if self.settings.ci_config_path.is_empty() { ".gitlab-ci.yml" } else { &self.settings.ci_config_path }
    }

    /// Folder of the bare repository, below the repositories' root.
    pub fn repository(&self) -> String {
        Self::repository_of(self.id)
    }

    /// The same, of a project whose row is gone.
    pub fn repository_of(id: ProjectId) -> String {
        format!("{id}.git")
    }
}
