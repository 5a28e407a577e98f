//! Rules that protect branches and tags.

use crate::{Result, Tx, row::Row, value::params};
use pipewright_model::{AccessLevel, ProjectId, ProtectedRef, ProtectedRefId};

const COLUMNS: &str = "id, project_id, tag, name, push_level, merge_level, allow_force_push";

fn read(row: &Row<'_>) -> Result<ProtectedRef> {
    Ok(ProtectedRef {
        id: row.get(0)?,
        project_id: row.get(1)?,
        tag: row.get(2)?,
        name: row.get(3)?,
        push_level: row.get(4)?,
        merge_level: row.get(5)?,
        allow_force_push: row.get(6)?,
    })
}

/// Makes a rule; its `id` is ignored. A second rule of a name is [`crate::Error::Duplicate`].
pub fn insert(tx: &Tx<'_>, rule: &ProtectedRef) -> Result<ProtectedRef> {
    tx.query_one(
        &format!(
            "INSERT INTO protected_refs (project_id, tag, name, push_level, merge_level, allow_force_push)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING {COLUMNS}"
        ),
        params![rule.project_id, rule.tag, &rule.name, rule.push_level, rule.merge_level, rule.allow_force_push],
        read,
    )
}

/// All rules of a project's branches, or of its tags, by id; at most a thousand.
pub fn list(tx: &Tx<'_>, project: ProjectId, tag: bool) -> Result<Vec<ProtectedRef>> {
    tx.query(
        &format!("SELECT {COLUMNS} FROM protected_refs WHERE project_id = $1 AND tag = $2 ORDER BY id LIMIT 1000"),
        params![project, tag],
        read,
    )
}

/// The rule of exactly that name.
pub fn by_name(tx: &Tx<'_>, project: ProjectId, tag: bool, name: &str) -> Result<Option<ProtectedRef>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM protected_refs WHERE project_id = $1 AND tag = $2 AND name = $3"),
        params![project, tag, name],
        read,
    )
}

/// Changes what a rule demands.
pub fn update(tx: &Tx<'_>, id: ProtectedRefId, push: AccessLevel, merge: AccessLevel, force: bool) -> Result<()> {
    tx.execute_one(
        "UPDATE protected_refs SET push_level = $1, merge_level = $2, allow_force_push = $3 WHERE id = $4",
        params![push, merge, force, id],
        "protected ref",
    )
}

/// Removes a rule.
pub fn delete(tx: &Tx<'_>, id: ProtectedRefId) -> Result<bool> {
    Ok(tx.execute("DELETE FROM protected_refs WHERE id = $1", params![id])? == 1)
}
