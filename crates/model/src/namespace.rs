//! Where projects live: a user's own namespace, or a group, which may hold groups.

use crate::{NamespaceId, Timestamp, UserId, Visibility, words::words};

words! {
    /// What a namespace is.
    NamespaceKind {
        /// A user's own.
        User = "user",
        /// A group.
        Group = "group",
    }
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Unique id.
    pub id: NamespaceId,
    /// User's or group's.
    pub kind: NamespaceKind,
    /// The group above.
    pub parent_id: Option<NamespaceId>,
    /// Last segment of the address.
    pub path: String,
    /// Whole address, unique whatever the letter case.
    pub full_path: String,
    /// Name for people.
    pub name: String,
    /// Purpose for people.
    pub description: String,
    /// Who may see a group.
    pub visibility: Visibility,
    /// The user of a user's namespace.
    pub owner_id: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
}
