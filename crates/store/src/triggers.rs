//! Pipeline triggers.

use crate::filter::{Filter, Listed, Page};
use crate::{Result, Tx, row::Row, users::count, value::params};
use pipewright_model::{ProjectId, Timestamp, TokenDigest, Trigger, TriggerId, UserId};

const COLUMNS: &str = "id, project_id, owner_id, description, token, created_at, updated_at, last_used_at, expires_at";

/// A trigger to be made.
#[derive(Clone, Debug)]
pub struct NewTrigger {
    /// Whose pipelines it starts.
    pub project_id: ProjectId,
    /// In whose name.
    pub owner_id: UserId,
    /// Purpose for people.
    pub description: String,
    /// Its token, encrypted.
    pub token: Vec<u8>,
    /// What it is found by.
    pub digest: TokenDigest,
    /// When.
    pub created_at: Timestamp,
    /// Until when; `None` for good.
    pub expires_at: Option<Timestamp>,
}

fn read(row: &Row<'_>) -> Result<Trigger> {
    Ok(Trigger {
        id: row.get(0)?,
        project_id: row.get(1)?,
        owner_id: row.get(2)?,
        description: row.get(3)?,
        token: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
        last_used_at: row.get(7)?,
        expires_at: row.get(8)?,
    })
}

/// Makes a trigger.
pub fn insert(tx: &Tx<'_>, new: &NewTrigger) -> Result<Trigger> {
    tx.query_one(
        &format!(
            "INSERT INTO triggers (project_id, owner_id, description, token, digest, created_at, updated_at, \
             expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING {COLUMNS}"
        ),
        params![
            new.project_id,
            new.owner_id,
            &new.description,
            new.token.as_slice(),
            &new.digest,
            new.created_at,
            new.created_at,
            new.expires_at
        ],
        read,
    )
}

/// A project's triggers, oldest first.
pub fn list(tx: &Tx<'_>, project: ProjectId, page: Page) -> Result<Listed<Trigger>> {
    let mut filter = Filter::default();
    filter.and("project_id = ?", [project.into()]);
    let total = count(tx, "triggers", &filter)?;
    filter.push(" ORDER BY id", []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS} FROM triggers{}", filter.text());
    Ok(Listed { items: tx.query(&text, filter.values(), read)?, total })
}

/// One of a project's triggers.
pub fn get(tx: &Tx<'_>, project: ProjectId, id: TriggerId) -> Result<Option<Trigger>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM triggers WHERE id = $1 AND project_id = $2"),
        params![id, project],
        read,
    )
}

/// The trigger of that token, whether or not it has ended.
pub fn by_digest(tx: &Tx<'_>, digest: &TokenDigest) -> Result<Option<Trigger>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM triggers WHERE digest = $1"), params![digest], read)
}

/// Describes it anew.
pub fn describe(tx: &Tx<'_>, id: TriggerId, description: &str, now: Timestamp) -> Result<()> {
    tx.execute_one(
        "UPDATE triggers SET description = $1, updated_at = $2 WHERE id = $3",
        params![description, now, id],
        "trigger",
    )
}

/// Remembers a use.
pub fn touch(tx: &Tx<'_>, id: TriggerId, now: Timestamp) -> Result<()> {
    tx.execute("UPDATE triggers SET last_used_at = $1 WHERE id = $2", params![now, id])?;
    Ok(())
}

/// Removes it.
pub fn delete(tx: &Tx<'_>, id: TriggerId) -> Result<()> {
    tx.execute_one("DELETE FROM triggers WHERE id = $1", params![id], "trigger")
}
