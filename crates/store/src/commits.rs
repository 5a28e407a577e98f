//! Commits that pipelines refer to, remembered so that answers need no git.

use crate::filter::{Filter, padded};
use crate::{Error, Result, Tx, value::params};
use pipewright_model::{Commit, ProjectId};

/// Remembers a commit; one that is known stays as it is.
pub fn insert(tx: &Tx<'_>, project: ProjectId, commit: &Commit) -> Result<()> {
    let data = serde_json::to_string(commit).map_err(|error| Error::Other(error.to_string()))?;
    tx.execute(
        "INSERT INTO commits (project_id, sha, data) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        params![project, &commit.id, data],
    )?;
    Ok(())
}

/// A remembered commit.
pub fn by_sha(tx: &Tx<'_>, project: ProjectId, sha: &str) -> Result<Option<Commit>> {
    tx.query_opt("SELECT data FROM commits WHERE project_id = $1 AND sha = $2", params![project, sha], |row| {
        row.json(0)
    })
}

/// Those of these commits that are remembered, in no order.
pub fn by_shas(tx: &Tx<'_>, project: ProjectId, shas: &[&str]) -> Result<Vec<Commit>> {
    let mut filter = Filter::default();
    filter.and("project_id = ?", [project.into()]);
    filter.and_in("sha", padded(shas));
    tx.query(&format!("SELECT data FROM commits{}", filter.text()), filter.values(), |row| row.json(0))
}
