//! Agents of clusters: what a job may reach a cluster through (Jobs API contract §8.2).

use crate::{ClusterAgentId, ClusterAgentTokenId, ProjectId, Timestamp, UserId};

/// An agent, registered in the project whose repository configures it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterAgent {
    /// Unique id.
    pub id: ClusterAgentId,
    /// Whose repository holds its file.
    pub project_id: ProjectId,
    /// Unique in the project: lower-case letters, digits and `-`.
    pub name: String,
    /// Who registered it, while he has an account.
    pub created_by: Option<UserId>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// The object id of its file as it was last read; `None` if there was none.
    pub config_blob: Option<String>,
    /// What is wrong with that file, in sentences.
    pub config_errors: Vec<String>,
}

/// A token of an agent, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterAgentToken {
    /// Unique id.
    pub id: ClusterAgentTokenId,
    /// Whose.
    pub agent_id: ClusterAgentId,
    /// Name for people.
    pub name: String,
    /// Purpose for people.
    pub description: Option<String>,
    /// Withdrawn.
    pub revoked: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it, while he has an account.
    pub created_by: Option<UserId>,
    /// Last use.
    pub last_used_at: Option<Timestamp>,
}
