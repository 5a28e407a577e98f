//! Runners.

use crate::{Error, Result, row::Row, tx::Tx, value::params};
use pipewright_model::{NamespaceId, ProjectId, Runner, RunnerId, Timestamp, TokenDigest};

pub(crate) const COLUMNS: &str = "runners.id, runners.runner_type, runners.short_token, runners.description, \
    runners.maintenance_note, runners.active, runners.locked, runners.run_untagged, runners.ref_protected, \
    runners.maximum_timeout, runners.tags, runners.legacy, runners.created_by, runners.created_at, \
    runners.contacted_at, runners.token_expires_at";

/// Reads a runner whose [`COLUMNS`] begin at column 0.
pub(crate) fn read(row: &Row<'_>) -> Result<Runner> {
    Ok(Runner {
        id: row.get(0)?,
        runner_type: row.word(1)?,
        short_token: row.get(2)?,
        description: row.get(3)?,
        maintenance_note: row.get(4)?,
        active: row.get(5)?,
        locked: row.get(6)?,
        run_untagged: row.get(7)?,
        ref_protected: row.get(8)?,
        maximum_timeout: row.get(9)?,
        tags: row.json(10)?,
        legacy: row.get(11)?,
        created_by: row.get(12)?,
        created_at: row.get(13)?,
        contacted_at: row.get(14)?,
        token_expires_at: row.get(15)?,
    })
}

fn tags(runner: &Runner) -> Result<String> {
    serde_json::to_string(&runner.tags).map_err(|error| Error::Other(error.to_string()))
}

/// Makes a row; the record's own id is not looked at.
pub fn insert(tx: &Tx<'_>, runner: &Runner, token: &TokenDigest) -> Result<RunnerId> {
    tx.query_one(
        "INSERT INTO runners (runner_type, token_digest, short_token, description, maintenance_note, active, locked, \
         run_untagged, ref_protected, maximum_timeout, tags, legacy, created_by, created_at, contacted_at, \
         token_expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
         RETURNING id",
        params![
            runner.runner_type,
            token,
            &runner.short_token,
            &runner.description,
            runner.maintenance_note.as_deref(),
            runner.active,
            runner.locked,
            runner.run_untagged,
            runner.ref_protected,
            runner.maximum_timeout,
            tags(runner)?,
            runner.legacy,
            runner.created_by,
            runner.created_at,
            runner.contacted_at,
            runner.token_expires_at
        ],
        |row| row.get(0),
    )
}

/// Writes what a person can change.
pub fn save(tx: &Tx<'_>, runner: &Runner) -> Result<()> {
    tx.execute_one(
        "UPDATE runners SET description = $1, maintenance_note = $2, active = $3, locked = $4, run_untagged = $5, \
         ref_protected = $6, maximum_timeout = $7, tags = $8 WHERE id = $9",
        params![
            &runner.description,
            runner.maintenance_note.as_deref(),
            runner.active,
            runner.locked,
            runner.run_untagged,
            runner.ref_protected,
            runner.maximum_timeout,
            tags(runner)?,
            runner.id
        ],
        "runner",
    )
}

/// Puts a new token, with its own end, in place of the old one.
pub fn set_token(
    tx: &Tx<'_>,
    id: RunnerId,
    token: &TokenDigest,
    short_token: &str,
    expires_at: Option<Timestamp>,
) -> Result<()> {
    tx.execute_one(
        "UPDATE runners SET token_digest = $1, short_token = $2, token_expires_at = $3 WHERE id = $4",
        params![token, short_token, expires_at, id],
        "runner",
    )
}

/// The runner a token stands for.
pub fn by_token(tx: &Tx<'_>, token: &TokenDigest) -> Result<Option<Runner>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM runners WHERE token_digest = $1"), params![token], read)
}

/// As [`by_token`], and nobody else changes that runner until the transaction ends.
pub fn by_token_locked(tx: &Tx<'_>, token: &TokenDigest) -> Result<Option<Runner>> {
    let lock = tx.dialect().for_update();
    tx.query_opt(&format!("SELECT {COLUMNS} FROM runners WHERE token_digest = $1{lock}"), params![token], read)
}

/// One runner.
pub fn get(tx: &Tx<'_>, id: RunnerId) -> Result<Option<Runner>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM runners WHERE id = $1"), params![id], read)
}

/// Forgets a runner with its machines; its jobs stay.
pub fn delete(tx: &Tx<'_>, id: RunnerId) -> Result<()> {
    tx.execute_one("DELETE FROM runners WHERE id = $1", params![id], "runner")
}

/// Notes a call.
pub fn touch(tx: &Tx<'_>, id: RunnerId, now: Timestamp) -> Result<()> {
    tx.execute("UPDATE runners SET contacted_at = $1 WHERE id = $2", params![now, id])?;
    Ok(())
}

/// Lets a group runner take the jobs of a group and all below it.
pub fn assign_namespace(tx: &Tx<'_>, runner: RunnerId, namespace: NamespaceId) -> Result<()> {
    tx.execute("INSERT INTO runner_namespaces (runner_id, namespace_id) VALUES ($1, $2)", params![runner, namespace])?;
    Ok(())
}

/// Lets a project runner take the jobs of one more project.
pub fn assign_project(tx: &Tx<'_>, runner: RunnerId, project: ProjectId) -> Result<()> {
    tx.execute(
        "INSERT INTO runner_projects (runner_id, project_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        params![runner, project],
    )?;
    Ok(())
}

/// Takes a project away from a runner; `false` if it did not have it.
pub fn unassign_project(tx: &Tx<'_>, runner: RunnerId, project: ProjectId) -> Result<bool> {
    let changed =
        tx.execute("DELETE FROM runner_projects WHERE runner_id = $1 AND project_id = $2", params![runner, project])?;
    Ok(changed > 0)
}

/// Projects of a project runner, the first one its owner.
pub fn projects(tx: &Tx<'_>, runner: RunnerId) -> Result<Vec<ProjectId>> {
    tx.query(
        "SELECT project_id FROM runner_projects WHERE runner_id = $1 ORDER BY project_id",
        params![runner],
        |row| row.get(0),
    )
}

/// Groups of a group runner.
pub fn namespaces(tx: &Tx<'_>, runner: RunnerId) -> Result<Vec<NamespaceId>> {
    tx.query(
        "SELECT namespace_id FROM runner_namespaces WHERE runner_id = $1 ORDER BY namespace_id",
        params![runner],
        |row| row.get(0),
    )
}

/// Which runners a list holds.
#[derive(Clone, Debug)]
pub enum RunnersOf {
    /// Every runner.
    All,
    /// The instance's.
    Instance,
    /// Of these groups.
    Namespaces(Vec<NamespaceId>),
    /// Of these projects.
    Projects(Vec<ProjectId>),
}

/// Runners of one kind of owner, in order of their ids.
pub fn list(tx: &Tx<'_>, of: &RunnersOf) -> Result<Vec<Runner>> {
    let ids = |ids: &mut dyn Iterator<Item = i64>| ids.map(|id| id.to_string()).collect::<Vec<_>>().join(", ");
    let condition = match of {
        RunnersOf::All => "1 = 1".to_owned(),
        RunnersOf::Instance => "runner_type = 'instance_type'".to_owned(),
        RunnersOf::Namespaces(list) if list.is_empty() => return Ok(Vec::new()),
        RunnersOf::Projects(list) if list.is_empty() => return Ok(Vec::new()),
        RunnersOf::Namespaces(list) => format!(
            "id IN (SELECT runner_id FROM runner_namespaces WHERE namespace_id IN ({}))",
            ids(&mut list.iter().map(|id| id.0))
        ),
        RunnersOf::Projects(list) => format!(
            "id IN (SELECT runner_id FROM runner_projects WHERE project_id IN ({}))",
            ids(&mut list.iter().map(|id| id.0))
        ),
    };
    tx.query(&format!("SELECT {COLUMNS} FROM runners WHERE {condition} ORDER BY id"), &[], read)
}

/// Where a registration token registers: neither means the instance. `None` if there is no such token.
#[allow(clippy::type_complexity, reason = "one row of two nullable columns")]
pub fn registration(tx: &Tx<'_>, token: &TokenDigest) -> Result<Option<(Option<NamespaceId>, Option<ProjectId>)>> {
    tx.query_opt("SELECT namespace_id, project_id FROM registration_tokens WHERE digest = $1", params![token], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Puts a new registration token in place of the old one of the instance, a group or a project.
pub fn set_registration(
    tx: &Tx<'_>,
    namespace: Option<NamespaceId>,
    project: Option<ProjectId>,
    token: &TokenDigest,
) -> Result<()> {
    match (namespace, project) {
        (Some(id), _) => tx.execute("DELETE FROM registration_tokens WHERE namespace_id = $1", params![id])?,
        (None, Some(id)) => tx.execute("DELETE FROM registration_tokens WHERE project_id = $1", params![id])?,
        (None, None) => {
            tx.execute("DELETE FROM registration_tokens WHERE namespace_id IS NULL AND project_id IS NULL", &[])?
        }
    };
    tx.execute(
        "INSERT INTO registration_tokens (digest, namespace_id, project_id) VALUES ($1, $2, $3)",
        params![token, namespace, project],
    )?;
    Ok(())
}
