//! What a pipeline remembers of its commit, so that answers need no git.

use serde::{Deserialize, Serialize};

/// A commit (Jobs API contract §9.4). Dates keep the offset they were made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Full object id.
    pub id: String,
    /// First eight characters.
    pub short_id: String,
    /// First line of the message.
    pub title: String,
    /// Whole message.
    pub message: String,
    /// Author's name.
    pub author_name: String,
    /// Author's address.
    pub author_email: String,
    /// When it was written, `2015-12-24T16:51:14.000+01:00`.
    pub authored_date: String,
    /// Committer's name.
    pub committer_name: String,
    /// Committer's address.
    pub committer_email: String,
    /// When it was committed, same form.
    pub committed_date: String,
    /// Parents' ids.
    pub parent_ids: Vec<String>,
}
