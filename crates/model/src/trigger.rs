//! Tokens that start pipelines without a person.

use crate::{ProjectId, Timestamp, TriggerId, UserId};

/// A pipeline trigger. Pipelines it starts are its owner's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Unique id.
    pub id: TriggerId,
    /// Whose pipelines it starts.
    pub project_id: ProjectId,
    /// In whose name it starts them.
    pub owner_id: UserId,
    /// Purpose for people.
    pub description: String,
    /// Its token, encrypted.
    pub token: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its description was changed.
    pub updated_at: Timestamp,
    /// When it last started a pipeline.
    pub last_used_at: Option<Timestamp>,
    /// When it ends; `None` never.
    pub expires_at: Option<Timestamp>,
}
