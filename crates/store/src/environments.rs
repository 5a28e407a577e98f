//! Named targets of deployments.

use crate::filter::{Filter, contains};
use crate::{Listed, Page, Result, row::Row, tx::Tx, value::params};
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
    /// `available`, `stopping` (its stopping job has not ended), `stopped`.
    pub state: String,
    /// When it was first heard of.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// When it stops by itself.
    pub auto_stop_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, project_id, name, slug, tier, external_url, state, created_at, updated_at, auto_stop_at";

fn read(row: &Row<'_>) -> Result<Environment> {
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
}

/// Which environments of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvironmentFilter {
    /// Exactly that name.
    pub name: Option<String>,
    /// The name contains this, whatever the letter case.
    pub search: Option<String>,
    /// In that state.
    pub state: Option<String>,
}

/// A project's environments that pass, by name.
pub fn list(tx: &Tx<'_>, project: ProjectId, wanted: &EnvironmentFilter, page: Page) -> Result<Listed<Environment>> {
    let mut filter = Filter::default();
    filter.and("project_id = ?", [project.into()]);
    for (column, value) in [("name = ?", &wanted.name), ("state = ?", &wanted.state)] {
        if let Some(value) = value {
            filter.and(column, [value.as_str().into()]);
        }
    }
    if let Some(search) = &wanted.search {
        filter.and("LOWER(name) LIKE ? ESCAPE '\\'", [contains(search)]);
    }
    let total =
        tx.query_one(&format!("SELECT COUNT(*) FROM environments{}", filter.text()), filter.values(), |row| {
            row.get(0)
        })?;
    filter.push(" ORDER BY name, id", []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS} FROM environments{}", filter.text());
    Ok(Listed { items: tx.query(&text, filter.values(), read)?, total })
}

/// One by its id.
pub fn get(tx: &Tx<'_>, id: EnvironmentId) -> Result<Option<Environment>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM environments WHERE id = $1"), params![id], read)
}

/// Several by their ids.
pub fn by_ids(tx: &Tx<'_>, ids: &[EnvironmentId]) -> Result<Vec<Environment>> {
    let mut filter = Filter::default();
    filter.and_in("id", ids.iter().copied());
    tx.query(&format!("SELECT {COLUMNS} FROM environments{}", filter.text()), filter.values(), read)
}

/// A project's environment by name.
pub fn by_name(tx: &Tx<'_>, project: ProjectId, name: &str) -> Result<Option<Environment>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM environments WHERE project_id = $1 AND name = $2"),
        params![project, name],
        read,
    )
}

/// Makes a row; the record's own id is not looked at. A second one of a name is
/// [`crate::Error::Duplicate`].
pub fn insert(tx: &Tx<'_>, environment: &Environment) -> Result<Environment> {
    tx.query_one(
        &format!(
            "INSERT INTO environments (project_id, name, slug, tier, external_url, state, created_at, updated_at, \
             auto_stop_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING {COLUMNS}"
        ),
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
        read,
    )
}

/// Writes everything of a row that can change.
pub fn save(tx: &Tx<'_>, environment: &Environment) -> Result<()> {
    tx.execute_one(
        "UPDATE environments SET tier = $1, external_url = $2, state = $3, auto_stop_at = $4, updated_at = $5 \
         WHERE id = $6",
        params![
            &environment.tier,
            environment.external_url.as_deref(),
            &environment.state,
            environment.auto_stop_at,
            environment.updated_at,
            environment.id
        ],
        "environment",
    )
}

/// Removes one, with its deployments.
pub fn delete(tx: &Tx<'_>, id: EnvironmentId) -> Result<()> {
    tx.execute_one("DELETE FROM environments WHERE id = $1", params![id], "environment")
}

/// Available environments whose time to stop has come, the longest due first.
pub fn due(tx: &Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Environment>> {
    tx.query(
        &format!(
            "SELECT {COLUMNS} FROM environments WHERE auto_stop_at <= $1 AND state = 'available' \
             ORDER BY auto_stop_at, id LIMIT $2"
        ),
        params![now, limit],
        read,
    )
}

/// Lets a project's available environments that were neither changed nor deployed to since `before` stop by
/// themselves at `now`; returns how many.
pub fn stop_stale(tx: &Tx<'_>, project: ProjectId, before: Timestamp, now: Timestamp) -> Result<usize> {
    tx.execute(
        "UPDATE environments SET auto_stop_at = $1 WHERE project_id = $2 AND state = 'available' \
         AND updated_at < $3 AND NOT EXISTS (SELECT 1 FROM deployments d \
         WHERE d.environment_id = environments.id AND d.updated_at >= $3)",
        params![now, project, before],
    )
}
