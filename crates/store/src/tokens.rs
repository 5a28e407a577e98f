//! Access tokens, and what a job's token stands for.

use crate::filter::{Filter, Listed, Page, contains};
use crate::{Error, Result, Tx, row::Row, users, users::count, value::params};
use pipewright_model::{
    AccessToken, AccessTokenId, JobId, PipelineId, ProjectId, Scope, Timestamp, TokenDigest, User, UserId,
};

const COLUMNS: &str = "t.id, t.user_id, t.name, t.description, t.scopes, t.revoked, t.created_at, t.expires_at, \
    t.last_used_at";
const USER_COLUMNS: &str =
    "u.id, u.username, u.name, u.email, u.state, u.admin, u.external, u.bot, u.created_at, u.profile";

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Whose.
    pub user_id: UserId,
    /// Name for people.
    pub name: String,
    /// Purpose for people.
    pub description: Option<String>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Digest of the secret.
    pub digest: TokenDigest,
    /// When.
    pub created_at: Timestamp,
    /// Until when; `None` for good.
    pub expires_at: Option<Timestamp>,
}

/// Which tokens to list.
#[derive(Clone, Debug, Default)]
pub struct TokenFilter {
    /// Only this user's.
    pub user_id: Option<UserId>,
    /// Only withdrawn ones, or only others.
    pub revoked: Option<bool>,
    /// Only usable ones, or only others.
    pub active: Option<bool>,
    /// Name contains it.
    pub search: Option<String>,
}

/// A job whose token is good just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenJob {
    /// The job.
    pub job_id: JobId,
    /// Its pipeline.
    pub pipeline_id: PipelineId,
    /// Its project.
    pub project_id: ProjectId,
    /// Who started it.
    pub user: User,
}

fn read(row: &Row<'_>) -> Result<AccessToken> {
    Ok(AccessToken {
        id: row.get(0)?,
        user_id: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        scopes: row.json(4)?,
        revoked: row.get(5)?,
        created_at: row.get(6)?,
        expires_at: row.get(7)?,
        last_used_at: row.get(8)?,
    })
}

/// Makes a token.
pub fn insert(tx: &Tx<'_>, new: &NewToken) -> Result<AccessToken> {
    let scopes = serde_json::to_string(&new.scopes).map_err(|error| Error::Other(error.to_string()))?;
    let columns = COLUMNS.replace("t.", "");
    tx.query_one(
        &format!(
            "INSERT INTO access_tokens (user_id, name, description, scopes, digest, revoked, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, 0, $6, $7) RETURNING {columns}"
        ),
        params![
            new.user_id,
            &new.name,
            new.description.as_deref(),
            scopes,
            &new.digest,
            new.created_at,
            new.expires_at
        ],
        read,
    )
}

/// The token of that digest with its user, whether or not it is still good.
pub fn by_digest(tx: &Tx<'_>, digest: &TokenDigest) -> Result<Option<(AccessToken, User)>> {
    tx.query_opt(
        &format!(
            "SELECT {COLUMNS}, {USER_COLUMNS} FROM access_tokens t JOIN users u ON u.id = t.user_id WHERE t.digest = $1"
        ),
        params![digest],
        |row| Ok((read(row)?, users::read(row, 9)?)),
    )
}

/// The token of that id.
pub fn by_id(tx: &Tx<'_>, id: AccessTokenId) -> Result<Option<AccessToken>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM access_tokens t WHERE t.id = $1"), params![id], read)
}

/// Tokens that pass the filter, oldest first.
pub fn list(tx: &Tx<'_>, wanted: &TokenFilter, now: Timestamp, page: Page) -> Result<Listed<AccessToken>> {
    let mut filter = Filter::default();
    if let Some(user) = wanted.user_id {
        filter.and("t.user_id = ?", [user.into()]);
    }
    if let Some(revoked) = wanted.revoked {
        filter.and("t.revoked = ?", [revoked.into()]);
    }
    match wanted.active {
        Some(true) => filter.and("t.revoked = 0 AND (t.expires_at IS NULL OR t.expires_at > ?)", [now.into()]),
        Some(false) => filter.and("(t.revoked = 1 OR t.expires_at <= ?)", [now.into()]),
        None => {}
    }
    if let Some(search) = &wanted.search {
        filter.and("LOWER(t.name) LIKE ? ESCAPE '\\'", [contains(search)]);
    }
    let total = count(tx, "access_tokens t", &filter)?;
    filter.push(" ORDER BY t.id", []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS} FROM access_tokens t{}", filter.text());
    Ok(Listed { items: tx.query(&text, filter.values(), read)?, total })
}

/// Withdraws a token; false if it was withdrawn before.
pub fn revoke(tx: &Tx<'_>, id: AccessTokenId) -> Result<bool> {
    Ok(tx.execute("UPDATE access_tokens SET revoked = 1 WHERE id = $1 AND revoked = 0", params![id])? == 1)
}

/// Remembers a use, unless a later one is remembered already.
pub fn touch(tx: &Tx<'_>, id: AccessTokenId, now: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE access_tokens SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $3)",
        params![now, id, now],
    )?;
    Ok(())
}

/// The job whose token has that digest, while it runs, is not erased and its project is there
/// (Jobs API contract §2.6).
pub fn executing_job(tx: &Tx<'_>, digest: &TokenDigest) -> Result<Option<TokenJob>> {
    tx.query_opt(
        &format!(
            "SELECT j.id, j.pipeline_id, j.project_id, {USER_COLUMNS}
            FROM jobs j JOIN users u ON u.id = j.user_id JOIN projects p ON p.id = j.project_id
            WHERE j.token_digest = $1 AND j.status IN ('running', 'canceling') AND j.erased_at IS NULL
                AND p.deleted_at IS NULL"
        ),
        params![digest],
        |row| {
            Ok(TokenJob {
                job_id: row.get(0)?,
                pipeline_id: row.get(1)?,
                project_id: row.get(2)?,
                user: users::read(row, 3)?,
            })
        },
    )
}
