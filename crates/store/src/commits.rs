//! Commits that pipelines ran on, so that answers need no git.

use crate::{Error, Result, tx::Tx, value::params};
use pipewright_model::{Commit, ProjectId};

/// Remembers a commit.
pub fn insert(tx: &Tx<'_>, project: ProjectId, commit: &Commit) -> Result<()> {
    let data = serde_json::to_string(commit).map_err(|error| Error::Other(error.to_string()))?;
    tx.execute(
        "INSERT INTO commits (project_id, sha, data) VALUES ($1, $2, $3) ON CONFLICT (project_id, sha) DO NOTHING",
        params![project, &commit.id, data],
    )?;
    Ok(())
}

/// A remembered commit.
pub fn get(tx: &Tx<'_>, project: ProjectId, sha: &str) -> Result<Option<Commit>> {
    tx.query_opt("SELECT data FROM commits WHERE project_id = $1 AND sha = $2", params![project, sha], |row| {
        row.json(0)
    })
}
