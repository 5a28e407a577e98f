//! Artifacts and caches.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `artifacts`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Artifacts {
    /// Globs of the archive.
    pub paths: Vec<String>,
    /// Globs left out.
    pub exclude: Vec<String>,
    /// Also what git does not track.
    pub untracked: Option<bool>,
    /// Name of the archive without `.zip`; `None` = `artifacts`.
    pub name: Option<String>,
    /// When the archive is uploaded; reports always are.
    pub when: ArtifactWhen,
    /// `expire_in` as written (`1 week`, `never`), sent to the runner so.
    pub expire_in: Option<String>,
    /// Text that shows the archive in a merge request.
    pub expose_as: Option<String>,
    /// `public`, or what `access` says of it: `None` = instance default.
    pub public: Option<bool>,
    /// `access`.
    pub access: Option<AccessTo>,
    /// Paths by report type (`junit`, `dotenv`, …), `coverage_report` not among them.
    pub reports: BTreeMap<String, Vec<String>>,
    /// `reports:coverage_report`.
    pub coverage_report: Option<CoverageReport>,
}

impl Artifacts {
    /// Whether there is an archive to upload besides reports.
    pub fn has_archive(&self) -> bool {
        !self.paths.is_empty() || self.untracked == Some(true)
    }
}

/// `artifacts:when` and `cache:when`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactWhen {
    /// The job succeeded.
    #[default]
    OnSuccess,
    /// The job failed.
    OnFailure,
    /// Either.
    Always,
}

impl ArtifactWhen {
    /// The word in the file and in the payload.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnSuccess => "on_success",
            Self::OnFailure => "on_failure",
            Self::Always => "always",
        }
    }
}

/// `artifacts:access`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessTo {
    /// Everybody who sees the pipeline.
    All,
    /// Developers and above.
    Developer,
    /// Maintainers and above.
    Maintainer,
    /// Nobody.
    None,
}

/// `artifacts:reports:coverage_report`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// `cobertura` or `jacoco`.
    pub coverage_format: String,
    /// Path or glob.
    pub path: String,
}

/// One cache of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CachePlan {
    /// Its key.
    pub key: CacheKey,
    /// Globs.
    pub paths: Vec<String>,
    /// Also what git does not track.
    pub untracked: Option<bool>,
    /// Shared between protected and other refs: no suffix on the key.
    pub unprotect: bool,
    /// When it is saved.
    pub when: ArtifactWhen,
    /// `pull-push`, `pull`, `push`, or a variable.
    pub policy: String,
    /// Keys tried after the first.
    pub fallback_keys: Vec<String>,
}

impl Default for CachePlan {
    fn default() -> Self {
        Self {
            key: CacheKey::default(),
            paths: Vec::new(),
            untracked: None,
            unprotect: false,
            when: ArtifactWhen::OnSuccess,
            policy: "pull-push".to_owned(),
            fallback_keys: Vec::new(),
        }
    }
}

/// `cache:key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheKey {
    /// A text; the runner expands variables.
    Text(String),
    /// The digest of files' contents, computed when the pipeline is made.
    Files {
        /// One or two paths or globs.
        files: Vec<String>,
        /// Put before the digest.
        prefix: Option<String>,
    },
    /// The digest of the last commits that touched files.
    FilesCommits {
        /// One or two paths or globs.
        files: Vec<String>,
        /// Put before the digest.
        prefix: Option<String>,
    },
}

impl Default for CacheKey {
    fn default() -> Self {
        Self::Text("default".to_owned())
    }
}
