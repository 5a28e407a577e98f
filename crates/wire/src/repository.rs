//! Commits, branches, tags, trees and files as the API shows them (Jobs API contract §9.4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A commit. Dates keep the offset they were made with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Commit {
    /// Full object id.
    pub id: String,
    /// First eight characters.
    pub short_id: String,
    /// When it was committed.
    pub created_at: String,
    /// Parents' ids.
    pub parent_ids: Vec<String>,
    /// First line of the message.
    pub title: String,
    /// Whole message.
    pub message: String,
    /// Author's name.
    pub author_name: String,
    /// Author's address.
    pub author_email: String,
    /// When it was written.
    pub authored_date: String,
    /// Committer's name.
    pub committer_name: String,
    /// Committer's address.
    pub committer_email: String,
    /// When it was committed.
    pub committed_date: String,
    /// Trailers are not cut out of the message.
    pub trailers: Map<String, Value>,
    /// Trailers are not cut out of the message.
    pub extended_trailers: Map<String, Value>,
    /// Its page.
    pub web_url: String,
}

/// A commit by itself, or just made.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CommitDetail {
    /// What lists show too.
    #[serde(flatten)]
    pub commit: Commit,
    /// Lines changed, where they were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<CommitStats>,
    /// Status of its newest pipeline.
    pub status: Option<String>,
    /// The project.
    pub project_id: i64,
    /// Its newest pipeline.
    pub last_pipeline: Option<crate::pipelines::PipelineBasic>,
}

/// Lines changed by a commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommitStats {
    /// Lines added.
    pub additions: i64,
    /// Lines removed.
    pub deletions: i64,
    /// Both together.
    pub total: i64,
}

/// A branch.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Branch {
    /// Short name.
    pub name: String,
    /// Its newest commit.
    pub commit: Commit,
    /// Merged into the default branch.
    pub merged: bool,
    /// A rule protects it.
    pub protected: bool,
    /// Developers may push although it is protected.
    pub developers_can_push: bool,
    /// Developers may merge although it is protected.
    pub developers_can_merge: bool,
    /// The caller may push.
    pub can_push: bool,
    /// It is the default branch.
    pub default: bool,
    /// Its page.
    pub web_url: String,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Tag {
    /// Short name.
    pub name: String,
    /// Message of an annotated tag.
    pub message: Option<String>,
    /// The object it names: of an annotated tag, the tag's own.
    pub target: String,
    /// The commit it stands for.
    pub commit: Commit,
    /// Releases are not kept.
    pub release: Option<Value>,
    /// A rule protects it.
    pub protected: bool,
    /// When an annotated tag was made.
    pub created_at: Option<String>,
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TreeEntry {
    /// Object id.
    pub id: String,
    /// Last part of the path.
    pub name: String,
    /// `blob`, `tree` or `commit`.
    #[serde(rename = "type")]
    pub kind: String,
    /// From the top of the repository.
    pub path: String,
    /// `100644` …
    pub mode: String,
}

/// A file with its content.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct File {
    /// Last part of the path.
    pub file_name: String,
    /// From the top of the repository.
    pub file_path: String,
    /// Bytes.
    pub size: u64,
    /// `base64`.
    pub encoding: String,
    /// The bytes, encoded.
    pub content: String,
    /// SHA-256 of the bytes, hexadecimal.
    pub content_sha256: String,
    /// As asked for.
    #[serde(rename = "ref")]
    pub ref_name: String,
    /// Object id of the content.
    pub blob_id: String,
    /// The commit it was read from.
    pub commit_id: String,
    /// The newest commit that changed it.
    pub last_commit_id: String,
    /// It may be run.
    pub execute_filemode: bool,
}

/// A file that a commit changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diff {
    /// The change, from its first `@@` on.
    pub diff: String,
    /// The path before.
    pub old_path: String,
    /// The path after.
    pub new_path: String,
    /// The mode before; `0` if it was not there.
    pub a_mode: String,
    /// The mode after; `0` if it is gone.
    pub b_mode: String,
    /// It was not there.
    pub new_file: bool,
    /// It has another path.
    pub renamed_file: bool,
    /// It is gone.
    pub deleted_file: bool,
    /// Files are never made by programs, as far as this server knows.
    pub generated_file: bool,
    /// Nothing is folded away.
    pub collapsed: bool,
    /// Nothing is left out.
    pub too_large: bool,
}

/// A branch or tag that holds a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NamedRef {
    /// `branch` or `tag`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Short name.
    pub name: String,
}

/// A file's content by its own id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Blob {
    /// Bytes.
    pub size: u64,
    /// `base64`.
    pub encoding: String,
    /// The bytes, encoded.
    pub content: String,
    /// Object id.
    pub sha: String,
}

/// Lines one commit has left in a file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Blamed {
    /// The commit.
    pub commit: Commit,
    /// The lines, without their ends.
    pub lines: Vec<String>,
}

/// A cherry-pick or revert that was only tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tried {
    /// `success`.
    pub dry_run: &'static str,
}
