//! Logs: in chunks while they grow, one blob once their job has ended (runner protocol §7).

use crate::{Result, tx::Tx, value::params};
use pipewright_model::JobId;

/// What is known of a log besides its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Whose.
    pub job_id: JobId,
    /// Its length in bytes: the next offset.
    pub size: i64,
    /// IEEE CRC-32 of the bytes as they were received, before anything was masked.
    pub crc32: u32,
    /// Where the bytes are; `None` while they are in chunks.
    pub blob_key: Option<String>,
}

/// A job's log, if it has one.
pub fn get(tx: &Tx<'_>, job: JobId) -> Result<Option<Trace>> {
    tx.query_opt("SELECT job_id, size, crc32, blob_key FROM traces WHERE job_id = $1", params![job], |row| {
        Ok(Trace { job_id: row.get(0)?, size: row.get(1)?, crc32: row.get::<i64>(2)? as u32, blob_key: row.get(3)? })
    })
}

/// Begins an empty log, unless there is one.
pub fn create(tx: &Tx<'_>, job: JobId) -> Result<()> {
    tx.execute(
        "INSERT INTO traces (job_id, size, crc32) VALUES ($1, 0, 0) ON CONFLICT (job_id) DO NOTHING",
        params![job],
    )?;
    Ok(())
}

/// Appends bytes at the end, which must still be where the caller saw it.
pub fn append(tx: &Tx<'_>, before: &Trace, data: &[u8], crc32: u32) -> Result<()> {
    tx.execute(
        "INSERT INTO trace_chunks (job_id, start, data) VALUES ($1, $2, $3)",
        params![before.job_id, before.size, data],
    )?;
    tx.execute_one(
        "UPDATE traces SET size = $1, crc32 = $2 WHERE job_id = $3 AND size = $4 AND blob_key IS NULL",
        params![before.size + data.len() as i64, i64::from(crc32), before.job_id, before.size],
        "log",
    )
}

/// Chunks that hold bytes from `from` up to `to`, in order, each with the offset of its first byte.
/// Asks for `to - from` bounded: they are all in memory at once.
pub fn chunks(tx: &Tx<'_>, job: JobId, from: i64, to: i64) -> Result<Vec<(i64, Vec<u8>)>> {
    tx.query(
        "SELECT start, data FROM trace_chunks WHERE job_id = $1 AND start >= COALESCE((SELECT MAX(start) \
         FROM trace_chunks WHERE job_id = $2 AND start <= $3), 0) AND start < $4 ORDER BY start",
        params![job, job, from, to],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// The bytes of a log in chunks from `from` up to `to`, fewer at its end.
pub fn bytes(tx: &Tx<'_>, job: JobId, from: i64, to: i64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for (start, data) in chunks(tx, job, from, to)? {
        let skip = (from - start).clamp(0, data.len() as i64) as usize;
        let keep = (to - start).clamp(0, data.len() as i64) as usize;
        bytes.extend_from_slice(data.get(skip..keep).unwrap_or_default());
    }
    Ok(bytes)
}

/// Puts other bytes of the same length in place of a chunk's (masking).
pub fn rewrite_chunk(tx: &Tx<'_>, job: JobId, start: i64, data: &[u8]) -> Result<()> {
    tx.execute_one(
        "UPDATE trace_chunks SET data = $1 WHERE job_id = $2 AND start = $3",
        params![data, job, start],
        "log",
    )
}

/// Says that the bytes are in a blob now and drops the chunks.
pub fn moved_to_blob(tx: &Tx<'_>, trace: &Trace, key: &str) -> Result<()> {
    tx.execute_one(
        "UPDATE traces SET blob_key = $1 WHERE job_id = $2 AND size = $3 AND blob_key IS NULL",
        params![key, trace.job_id, trace.size],
        "log",
    )?;
    tx.execute("DELETE FROM trace_chunks WHERE job_id = $1", params![trace.job_id])?;
    Ok(())
}

/// Forgets a log; its blob, if there is one, is for the caller to delete.
pub fn delete(tx: &Tx<'_>, job: JobId) -> Result<()> {
    tx.execute("DELETE FROM trace_chunks WHERE job_id = $1", params![job])?;
    tx.execute("DELETE FROM traces WHERE job_id = $1", params![job])?;
    Ok(())
}

/// Logs still in chunks although their job has ended, the oldest jobs first.
pub fn to_move(tx: &Tx<'_>, after: JobId, limit: i64) -> Result<Vec<Trace>> {
    tx.query(
        "SELECT t.job_id, t.size, t.crc32, t.blob_key FROM traces t JOIN jobs j ON j.id = t.job_id \
         WHERE t.blob_key IS NULL AND t.size > 0 AND t.job_id > $1 \
         AND j.status IN ('success', 'failed', 'canceled', 'skipped') ORDER BY t.job_id LIMIT $2",
        params![after, limit],
        |row| {
            Ok(Trace {
                job_id: row.get(0)?,
                size: row.get(1)?,
                crc32: row.get::<i64>(2)? as u32,
                blob_key: row.get(3)?,
            })
        },
    )
}
