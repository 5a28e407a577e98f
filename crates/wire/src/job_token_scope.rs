//! Whose job tokens a project lets in, as the API shows it.

use schemars::JsonSchema;
use serde::Serialize;

/// `/projects/:id/job_token_scope`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JobTokenScope {
    /// Only listed projects' job tokens reach it.
    pub inbound_enabled: bool,
    /// Its job tokens reach public and internal projects only.
    pub outbound_enabled: bool,
}

/// A project that was put on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProjectScopeLink {
    /// Whose list.
    pub source_project_id: i64,
    /// Whose job tokens are let in.
    pub target_project_id: i64,
}

/// A group that was put on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GroupScopeLink {
    /// Whose list.
    pub source_project_id: i64,
    /// Whose projects' job tokens are let in.
    pub target_group_id: i64,
}

/// A group in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GroupBasic {
    /// Unique id.
    pub id: i64,
    /// Its page.
    pub web_url: String,
    /// Name for people.
    pub name: String,
}
