//! Resource groups: jobs of a project of which one runs at a time (CI YAML contract §8).

use crate::{Listed, Page, Result, row::Row, tx::Tx, value::params};
use pipewright_model::{ProjectId, ResourceGroupId, Timestamp};

/// A resource group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceGroup {
    /// Unique id.
    pub id: ResourceGroupId,
    /// Whose.
    pub project_id: ProjectId,
    /// Unique key in the project.
    pub key: String,
    /// `unordered`, `oldest_first`, `newest_first`, `newest_ready_first`.
    pub process_mode: String,
    /// When the first job named it.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "id, project_id, key, process_mode, created_at, updated_at";

fn read(row: &Row<'_>) -> Result<ResourceGroup> {
    Ok(ResourceGroup {
        id: row.get(0)?,
        project_id: row.get(1)?,
        key: row.get(2)?,
        process_mode: row.get(3)?,
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
    })
}

/// Makes the group of that key if the project has none.
pub fn ensure(tx: &Tx<'_>, project: ProjectId, key: &str, mode: &str, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO resource_groups (project_id, key, process_mode, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $4) ON CONFLICT DO NOTHING",
        params![project, key, mode, now],
    )?;
    Ok(())
}

/// A project's groups in the order they were made.
pub fn list(tx: &Tx<'_>, project: ProjectId, page: Page) -> Result<Listed<ResourceGroup>> {
    let total =
        tx.query_one("SELECT COUNT(*) FROM resource_groups WHERE project_id = $1", params![project], |row| row.get(0))?;
    let items = tx.query(
        &format!("SELECT {COLUMNS} FROM resource_groups WHERE project_id = $1 ORDER BY id LIMIT $2 OFFSET $3"),
        params![project, page.limit, page.offset],
        read,
    )?;
    Ok(Listed { items, total })
}

/// One by its key.
pub fn by_key(tx: &Tx<'_>, project: ProjectId, key: &str) -> Result<Option<ResourceGroup>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM resource_groups WHERE project_id = $1 AND key = $2"),
        params![project, key],
        read,
    )
}

/// Says who gets a free resource from now on.
pub fn set_mode(tx: &Tx<'_>, id: ResourceGroupId, mode: &str, now: Timestamp) -> Result<()> {
    tx.execute_one(
        "UPDATE resource_groups SET process_mode = $1, updated_at = $2 WHERE id = $3",
        params![mode, now, id],
        "resource group",
    )
}
