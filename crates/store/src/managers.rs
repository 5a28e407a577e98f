//! The machines runners' tokens are used on (runner protocol §2.7).

use crate::{Error, Result, row::Row, tx::Tx, value::params};
use pipewright_model::{RunnerId, RunnerManager, RunnerManagerId, Timestamp};

pub(crate) const COLUMNS: &str = "runner_managers.id, runner_managers.runner_id, runner_managers.system_id, \
    runner_managers.version, runner_managers.revision, runner_managers.platform, runner_managers.architecture, \
    runner_managers.name, runner_managers.executor, runner_managers.ip_address, runner_managers.features, \
    runner_managers.created_at, runner_managers.contacted_at";

/// Reads a machine whose [`COLUMNS`] begin at column 0.
pub(crate) fn read(row: &Row<'_>) -> Result<RunnerManager> {
    Ok(RunnerManager {
        id: row.get(0)?,
        runner_id: row.get(1)?,
        system_id: row.get(2)?,
        version: row.get(3)?,
        revision: row.get(4)?,
        platform: row.get(5)?,
        architecture: row.get(6)?,
        name: row.get(7)?,
        executor: row.get(8)?,
        ip_address: row.get(9)?,
        features: row.json(10)?,
        created_at: row.get(11)?,
        contacted_at: row.get(12)?,
    })
}

/// A runner's machine by its own name.
pub fn by_system_id(tx: &Tx<'_>, runner: RunnerId, system_id: &str) -> Result<Option<RunnerManager>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM runner_managers WHERE runner_id = $1 AND system_id = $2"),
        params![runner, system_id],
        read,
    )
}

/// One machine.
pub fn get(tx: &Tx<'_>, id: RunnerManagerId) -> Result<Option<RunnerManager>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM runner_managers WHERE id = $1"), params![id], read)
}

/// All machines of a runner, the one heard of last first.
pub fn of_runner(tx: &Tx<'_>, runner: RunnerId) -> Result<Vec<RunnerManager>> {
    tx.query(
        &format!(
            "SELECT {COLUMNS} FROM runner_managers WHERE runner_id = $1 \
             ORDER BY COALESCE(contacted_at, 0) DESC, id DESC"
        ),
        params![runner],
        read,
    )
}

/// Makes the machine or writes what it tells of itself; returns its id. The record's own id is not looked at.
pub fn upsert(tx: &Tx<'_>, manager: &RunnerManager) -> Result<RunnerManagerId> {
    let features = serde_json::to_string(&manager.features).map_err(|error| Error::Other(error.to_string()))?;
    tx.query_one(
        "INSERT INTO runner_managers (runner_id, system_id, name, version, revision, platform, architecture, \
         executor, ip_address, features, created_at, contacted_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (runner_id, system_id) DO UPDATE SET name = excluded.name, version = excluded.version, \
         revision = excluded.revision, platform = excluded.platform, architecture = excluded.architecture, \
         executor = excluded.executor, ip_address = excluded.ip_address, features = excluded.features, \
         contacted_at = excluded.contacted_at RETURNING id",
        params![
            manager.runner_id,
            &manager.system_id,
            manager.name.as_deref(),
            manager.version.as_deref(),
            manager.revision.as_deref(),
            manager.platform.as_deref(),
            manager.architecture.as_deref(),
            manager.executor.as_deref(),
            manager.ip_address.as_deref(),
            features,
            manager.created_at,
            manager.contacted_at
        ],
        |row| row.get(0),
    )
}

/// Notes a call.
pub fn touch(tx: &Tx<'_>, id: RunnerManagerId, now: Timestamp) -> Result<()> {
    tx.execute("UPDATE runner_managers SET contacted_at = $1 WHERE id = $2", params![now, id])?;
    Ok(())
}

/// Forgets a machine; `false` if there is none of that name.
pub fn delete(tx: &Tx<'_>, runner: RunnerId, system_id: &str) -> Result<bool> {
    let changed =
        tx.execute("DELETE FROM runner_managers WHERE runner_id = $1 AND system_id = $2", params![runner, system_id])?;
    Ok(changed > 0)
}
