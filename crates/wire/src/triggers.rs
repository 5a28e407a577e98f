//! Pipeline triggers as the API shows them.

use crate::users::UserBasic;
use schemars::JsonSchema;
use serde::Serialize;

/// A pipeline trigger.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Trigger {
    /// Unique in the instance.
    pub id: i64,
    /// Its token, whole for its owner; its first four characters for others.
    pub token: String,
    /// Purpose for people.
    pub description: String,
    /// When it was made.
    pub created_at: String,
    /// When its description was changed.
    pub updated_at: String,
    /// When it last started a pipeline.
    pub last_used: Option<String>,
    /// When it ends.
    pub expires_at: Option<String>,
    /// In whose name it starts pipelines.
    pub owner: Option<UserBasic>,
}
