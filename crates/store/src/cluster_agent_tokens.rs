//! Tokens of agents of clusters.

use crate::filter::{Filter, Listed, Page};
use crate::{Result, Tx, row::Row, users::count, value::params};
use pipewright_model::{ClusterAgentId, ClusterAgentToken, ClusterAgentTokenId, Timestamp, TokenDigest, UserId};

const COLUMNS: &str = "id, agent_id, name, description, revoked, created_at, created_by, last_used_at";

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewClusterAgentToken {
    /// Whose.
    pub agent_id: ClusterAgentId,
    /// Name for people.
    pub name: String,
    /// Purpose for people.
    pub description: Option<String>,
    /// What it is found by.
    pub digest: TokenDigest,
    /// When.
    pub created_at: Timestamp,
    /// Who makes it.
    pub created_by: UserId,
}

fn read(row: &Row<'_>) -> Result<ClusterAgentToken> {
    Ok(ClusterAgentToken {
        id: row.get(0)?,
        agent_id: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        revoked: row.get(4)?,
        created_at: row.get(5)?,
        created_by: row.get(6)?,
        last_used_at: row.get(7)?,
    })
}

/// Makes a token.
pub fn insert(tx: &Tx<'_>, new: &NewClusterAgentToken) -> Result<ClusterAgentToken> {
    tx.query_one(
        &format!(
            "INSERT INTO cluster_agent_tokens (agent_id, name, description, digest, revoked, created_at, created_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING {COLUMNS}"
        ),
        params![
            new.agent_id,
            &new.name,
            new.description.as_deref(),
            &new.digest,
            false,
            new.created_at,
            new.created_by
        ],
        read,
    )
}

/// An agent's tokens that were not withdrawn: last used first, then in order of making.
pub fn active(tx: &Tx<'_>, agent: ClusterAgentId, page: Page) -> Result<Listed<ClusterAgentToken>> {
    let mut filter = Filter::default();
    filter.and("agent_id = ?", [agent.into()]);
    filter.and("revoked = 0", []);
    let total = count(tx, "cluster_agent_tokens", &filter)?;
    filter.push(" ORDER BY COALESCE(last_used_at, 0) DESC, id", []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS} FROM cluster_agent_tokens{}", filter.text());
    Ok(Listed { items: tx.query(&text, filter.values(), read)?, total })
}

/// One of an agent's tokens, withdrawn or not.
pub fn get(tx: &Tx<'_>, agent: ClusterAgentId, id: ClusterAgentTokenId) -> Result<Option<ClusterAgentToken>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM cluster_agent_tokens WHERE id = $1 AND agent_id = $2"),
        params![id, agent],
        read,
    )
}

/// Withdraws it.
pub fn revoke(tx: &Tx<'_>, id: ClusterAgentTokenId) -> Result<()> {
    tx.execute_one("UPDATE cluster_agent_tokens SET revoked = $1 WHERE id = $2", params![true, id], "token")
}
