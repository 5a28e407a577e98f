//! Agents of clusters, and whose jobs their files let in.

use crate::filter::{Filter, Listed, Page};
use crate::namespaces::below;
use crate::{Result, Tx, row::Row, users::count, value::params};
use pipewright_model::{ClusterAgent, ClusterAgentId, ProjectId, Timestamp, UserId};
use serde_json::{Map, Value as Json};

const COLUMNS: &str = "a.id, a.project_id, a.name, a.created_by, a.created_at, a.config_blob, a.config_errors";

/// What an entry of an agent's file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantKind {
    /// One project.
    Project,
    /// A group: all projects below it.
    Group,
}

impl GrantKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Group => "group",
        }
    }
}

/// An entry of an agent's file: jobs of a project, or of a group's projects, may use the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What is named.
    pub kind: GrantKind,
    /// Its whole address in lower case.
    pub path_key: String,
    /// The entry without its id.
    pub configuration: Map<String, Json>,
}

/// An agent to be registered.
#[derive(Clone, Debug)]
pub struct NewClusterAgent {
    /// Whose repository holds its file.
    pub project_id: ProjectId,
    /// Unique in the project.
    pub name: String,
    /// Who registers it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
}

fn read(row: &Row<'_>) -> Result<ClusterAgent> {
    Ok(ClusterAgent {
        id: row.get(0)?,
        project_id: row.get(1)?,
        name: row.get(2)?,
        created_by: row.get(3)?,
        created_at: row.get(4)?,
        config_blob: row.get(5)?,
        config_errors: row.json(6)?,
    })
}

/// Registers an agent. A second one of a name in a project is [`crate::Error::Duplicate`].
pub fn insert(tx: &Tx<'_>, new: &NewClusterAgent) -> Result<ClusterAgent> {
    let columns = COLUMNS.replace("a.", "");
    tx.query_one(
        &format!(
            "INSERT INTO cluster_agents (project_id, name, created_by, created_at) VALUES ($1, $2, $3, $4) \
             RETURNING {columns}"
        ),
        params![new.project_id, &new.name, new.created_by, new.created_at],
        read,
    )
}

/// A project's agents by name.
pub fn list(tx: &Tx<'_>, project: ProjectId, page: Page) -> Result<Listed<ClusterAgent>> {
    let mut filter = Filter::default();
    filter.and("a.project_id = ?", [project.into()]);
    let total = count(tx, "cluster_agents a", &filter)?;
    filter.push(" ORDER BY a.name", []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS} FROM cluster_agents a{}", filter.text());
    Ok(Listed { items: tx.query(&text, filter.values(), read)?, total })
}

/// One of a project's agents.
pub fn get(tx: &Tx<'_>, project: ProjectId, id: ClusterAgentId) -> Result<Option<ClusterAgent>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM cluster_agents a WHERE a.id = $1 AND a.project_id = $2"),
        params![id, project],
        read,
    )
}

/// A project's agent of that name.
pub fn by_name(tx: &Tx<'_>, project: ProjectId, name: &str) -> Result<Option<ClusterAgent>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM cluster_agents a WHERE a.project_id = $1 AND a.name = $2"),
        params![project, name],
        read,
    )
}

/// Whether a project has an agent.
pub fn any(tx: &Tx<'_>, project: ProjectId) -> Result<bool> {
    let found: Option<i64> =
        tx.query_opt("SELECT id FROM cluster_agents WHERE project_id = $1 LIMIT 1", params![project], |row| {
            row.get(0)
        })?;
    Ok(found.is_some())
}

/// Removes an agent with its tokens and what its file let in.
pub fn delete(tx: &Tx<'_>, id: ClusterAgentId) -> Result<()> {
    tx.execute_one("DELETE FROM cluster_agents WHERE id = $1", params![id], "agent")
}

/// Remembers what an agent's file says, in place of what was remembered. Nothing happens to an agent that is
/// gone.
pub fn set_config(
    tx: &Tx<'_>,
    id: ClusterAgentId,
    blob: Option<&str>,
    errors: &[String],
    grants: &[Grant],
) -> Result<()> {
    let changed = tx.execute(
        "UPDATE cluster_agents SET config_blob = $1, config_errors = $2 WHERE id = $3",
        params![blob, Json::from(errors).to_string(), id],
    )?;
    if changed == 0 {
        return Ok(());
    }
    tx.execute("DELETE FROM cluster_agent_grants WHERE agent_id = $1", params![id])?;
    for grant in grants {
        tx.execute(
            "INSERT INTO cluster_agent_grants (agent_id, kind, path_key, configuration) VALUES ($1, $2, $3, $4)",
            params![id, grant.kind.word(), &grant.path_key, Json::Object(grant.configuration.clone()).to_string()],
        )?;
    }
    Ok(())
}

/// The agents whose files let in any of these addresses and whose projects are below the namespace `root`
/// (its address in lower case), by id; of each agent every entry that matches. At most `limit` entries.
pub fn granted(
    tx: &Tx<'_>,
    kind: GrantKind,
    path_keys: &[String],
    root: &str,
    limit: i64,
) -> Result<Vec<(ClusterAgent, Grant)>> {
    let mut filter = Filter::default();
    filter.and("g.kind = ?", [kind.word().into()]);
    filter.and_in("g.path_key", path_keys.iter());
    filter.and("p.deleted_at IS NULL", []);
    filter.and("p.full_path_key LIKE ? ESCAPE '\\'", [below(root).into()]);
    filter.push(" ORDER BY a.id, g.path_key LIMIT ?", [limit.into()]);
    let text = format!(
        "SELECT {COLUMNS}, g.path_key, g.configuration FROM cluster_agent_grants g \
         JOIN cluster_agents a ON a.id = g.agent_id JOIN projects p ON p.id = a.project_id{}",
        filter.text()
    );
    tx.query(&text, filter.values(), |row| {
        Ok((read(row)?, Grant { kind, path_key: row.get(7)?, configuration: row.json(8)? }))
    })
}
