//! Bytes whose rows are gone: deleted after the transaction that said so, again after a crash.

use crate::{Result, tx::Tx, value::params};

/// Says that a blob is no longer named by any row.
pub fn insert(tx: &Tx<'_>, key: &str) -> Result<()> {
    tx.execute("INSERT INTO blob_deletions (blob_key) VALUES ($1) ON CONFLICT (blob_key) DO NOTHING", params![key])?;
    Ok(())
}

/// Some blobs to delete, after `after` in order of their keys.
pub fn some_after(tx: &Tx<'_>, after: &str, limit: i64) -> Result<Vec<String>> {
    tx.query(
        "SELECT blob_key FROM blob_deletions WHERE blob_key > $1 ORDER BY blob_key LIMIT $2",
        params![after, limit],
        |row| row.get(0),
    )
}

/// The blob is gone.
pub fn remove(tx: &Tx<'_>, key: &str) -> Result<()> {
    tx.execute("DELETE FROM blob_deletions WHERE blob_key = $1", params![key])?;
    Ok(())
}
