//! What happened and is not yet dealt with. A row is written in the transaction of what happened, so that
//! a crash forgets nothing, and removed in the transaction that deals with it, so that nothing is dealt
//! with twice.

use crate::{Result, Tx, value::params};
use pipewright_model::Timestamp;

/// A piece of work, taken for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Unique id.
    pub id: i64,
    /// What it is.
    pub kind: String,
    /// The rest, as JSON.
    pub payload: String,
    /// How often it was taken, this time included: names this taking.
    pub attempts: i64,
}

/// Adds a piece of work, due at once or later.
pub fn enqueue(tx: &Tx<'_>, kind: &str, payload: &str, due_at: Timestamp) -> Result<i64> {
    tx.query_one(
        "INSERT INTO work (kind, payload, attempts, due_at) VALUES ($1, $2, 0, $3) RETURNING id",
        params![kind, payload, due_at],
        |row| row.get(0),
    )
}

/// Takes the piece of work that is due longest, and puts its next due time at `again_at` in case whoever
/// took it dies. Pieces another node is taking are left to it.
pub fn take(tx: &Tx<'_>, now: Timestamp, again_at: Timestamp) -> Result<Option<Work>> {
    let skip = tx.dialect().skip_locked();
    let id: Option<i64> = tx.query_opt(
        &format!("SELECT id FROM work WHERE due_at <= $1 ORDER BY due_at, id LIMIT 1{skip}"),
        params![now],
        |row| row.get(0),
    )?;
    let Some(id) = id else { return Ok(None) };
    tx.query_opt(
        "UPDATE work SET attempts = attempts + 1, due_at = $1 WHERE id = $2 RETURNING id, kind, payload, attempts",
        params![again_at, id],
        |row| Ok(Work { id: row.get(0)?, kind: row.get(1)?, payload: row.get(2)?, attempts: row.get(3)? }),
    )
}

/// Removes a piece of work that was dealt with: call it in the transaction that deals with it.
/// [`crate::Error::Conflict`] if somebody else took it since.
pub fn done(tx: &Tx<'_>, work: &Work) -> Result<()> {
    tx.execute_one("DELETE FROM work WHERE id = $1 AND attempts = $2", params![work.id, work.attempts], "work")
}

/// Takes back a piece of work that whoever wrote it has dealt with himself.
pub fn remove(tx: &Tx<'_>, id: i64) -> Result<()> {
    tx.execute("DELETE FROM work WHERE id = $1", params![id])?;
    Ok(())
}

/// Makes a piece of work due again at `due_at`, unless somebody else took it since.
pub fn retry_later(tx: &Tx<'_>, work: &Work, due_at: Timestamp) -> Result<()> {
    tx.execute("UPDATE work SET due_at = $1 WHERE id = $2 AND attempts = $3", params![due_at, work.id, work.attempts])?;
    Ok(())
}

/// Makes every piece of work that somebody took, put off or meant to do himself, due at once. Only for whoever knows that
/// nobody is at work: a server that starts on a database of its own.
pub fn release_all(tx: &Tx<'_>, now: Timestamp) -> Result<usize> {
    tx.execute("UPDATE work SET due_at = $1 WHERE due_at > $1", params![now])
}

/// When the next piece of work is due, if there is any.
pub fn next_due(tx: &Tx<'_>) -> Result<Option<Timestamp>> {
    tx.query_one("SELECT MIN(due_at) FROM work", params![], |row| row.get(0))
}
