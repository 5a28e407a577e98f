//! Addresses that projects had before they were renamed, kept among the instance's settings: one entry for each,
//! with the project's id.

use crate::{Result, Tx, value::params};
use pipewright_model::{Project, ProjectId};

/// How the entries' keys begin; a former address in lower case follows.
const PREFIX: &str = "moved/";

/// The project that had this address, unless another one has it now.
pub fn project(tx: &Tx<'_>, full_path: &str) -> Result<Option<ProjectId>> {
    let id = crate::settings::get(tx, &format!("{PREFIX}{}", full_path.to_lowercase()))?;
    Ok(id.and_then(|id| id.parse().ok()).map(ProjectId))
}

/// Remembers the address a project has in the database, where it is about to get another.
pub(crate) fn remember(tx: &Tx<'_>, changed: &Project) -> Result<()> {
    let key = changed.full_path.to_lowercase();
    let left = tx.execute(
        "INSERT INTO settings (key, value)
        SELECT CAST($1 AS TEXT) || full_path_key, CAST(id AS TEXT) FROM projects
        WHERE id = $2 AND full_path_key <> $3
        ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![PREFIX, changed.id, &key],
    )?;
    if left > 0 { forget(tx, &key) } else { Ok(()) }
}

/// The same for every project whose address matches a pattern: their group is about to be renamed.
pub(crate) fn remember_below(tx: &Tx<'_>, pattern: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO settings (key, value)
        SELECT CAST($1 AS TEXT) || full_path_key, CAST(id AS TEXT) FROM projects
        WHERE full_path_key LIKE $2 ESCAPE '\\' AND deleted_at IS NULL
        ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![PREFIX, pattern],
    )?;
    Ok(())
}

/// A namespace takes an address: nothing below it is anybody's former one any more.
pub(crate) fn forget_with_below(tx: &Tx<'_>, full_path: &str, pattern: &str) -> Result<()> {
    forget(tx, full_path)?;
    tx.execute("DELETE FROM settings WHERE key LIKE $1 ESCAPE '\\'", params![format!("{PREFIX}{pattern}")])?;
    Ok(())
}

/// An address is somebody's again.
pub(crate) fn forget(tx: &Tx<'_>, full_path: &str) -> Result<()> {
    tx.execute("DELETE FROM settings WHERE key = $1", params![format!("{PREFIX}{}", full_path.to_lowercase())])?;
    Ok(())
}
