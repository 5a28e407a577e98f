//! Named targets of deployments.

use crate::{Result, tx::Tx, value::params};
use pipewright_model::{EnvironmentId, ProjectId, Timestamp};

/// An environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Unique id.
    pub id: EnvironmentId,
    /// Whose.
    pub project_id: ProjectId,
    /// Unique name in the project.
    pub name: String,
    /// The name for addresses, at most 24 characters.
    pub slug: String,
    /// `production`, `staging`, `testing`, `development`, `other`.
    pub tier: String,
    /// Where it is to be seen.
    pub external_url: Option<String>,
    /// `available`, `stopped`.
    pub state: String,
    /// When it was first deployed to.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// When it stops by itself.
    pub auto_stop_at: Option<Timestamp>,
}

/// A project's environment by name.
pub fn by_name(tx: &Tx<'_>, project: ProjectId, name: &str) -> Result<Option<Environment>> {
    tx.query_opt(
        "SELECT id, project_id, name, slug, tier, external_url, state, created_at, updated_at, auto_stop_at \
         FROM environments WHERE project_id = $1 AND name = $2",
        params![project, name],
        |row| {
            Ok(Environment {
                id: row.get(0)?,
                project_id: row.get(1)?,
                name: row.get(2)?,
                slug: row.get(3)?,
                tier: row.get(4)?,
                external_url: row.get(5)?,
                state: row.get(6)?,
                created_at: row.get(7)?,
                updated_at: row.get(8)?,
                auto_stop_at: row.get(9)?,
            })
        },
    )
}

/// Makes the environment if the project has none of its name; returns its id.
pub fn ensure(tx: &Tx<'_>, environment: &Environment) -> Result<EnvironmentId> {
    if let Some(known) = by_name(tx, environment.project_id, &environment.name)? {
        return Ok(known.id);
    }
    tx.query_one(
        "INSERT INTO environments (project_id, name, slug, tier, external_url, state, created_at, updated_at, \
         auto_stop_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        params![
            environment.project_id,
            &environment.name,
            &environment.slug,
            &environment.tier,
            environment.external_url.as_deref(),
            &environment.state,
            environment.created_at,
            environment.updated_at,
            environment.auto_stop_at
        ],
        |row| row.get(0),
    )
}

/// Notes a deployment or a stop.
pub fn set_state(
    tx: &Tx<'_>,
    id: EnvironmentId,
    state: &str,
    external_url: Option<&str>,
    auto_stop_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    tx.execute_one(
        "UPDATE environments SET state = $1, external_url = COALESCE($2, external_url), auto_stop_at = $3, \
         updated_at = $4 WHERE id = $5",
        params![state, external_url, auto_stop_at, now, id],
        "environment",
    )
}
