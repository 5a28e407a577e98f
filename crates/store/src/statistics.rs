//! How many rows there are of what people make.

use crate::{Result, Tx, value::params};

/// Numbers of things that are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Accounts.
    pub users: i64,
    /// Accounts that may be used.
    pub active_users: i64,
    /// Projects.
    pub projects: i64,
    /// Groups.
    pub groups: i64,
}

/// Counts them all.
pub fn count(tx: &Tx<'_>) -> Result<Statistics> {
    tx.query_one(
        "SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM users WHERE state = 'active'),
            (SELECT COUNT(*) FROM projects WHERE deleted_at IS NULL),
            (SELECT COUNT(*) FROM namespaces WHERE kind = 'group')",
        params![],
        |row| {
            Ok(Statistics { users: row.get(0)?, active_users: row.get(1)?, projects: row.get(2)?, groups: row.get(3)? })
        },
    )
}
