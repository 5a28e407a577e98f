//! Files jobs left behind.

use crate::{Result, row::Row, tx::Tx, value::params};
use pipewright_model::{Artifact, ArtifactId, JobId, PipelineId, Timestamp};

pub(crate) const COLUMNS: &str = "a.id, a.job_id, a.project_id, a.file_type, a.file_format, a.filename, a.size, a.sha256, \
    a.blob_key, a.accessibility, a.created_at, a.expires_at";

pub(crate) fn read(row: &Row<'_>) -> Result<Artifact> {
    Ok(Artifact {
        id: row.get(0)?,
        job_id: row.get(1)?,
        project_id: row.get(2)?,
        file_type: row.get(3)?,
        file_format: row.word(4)?,
        filename: row.get(5)?,
        size: row.get(6)?,
        sha256: row.get(7)?,
        blob_key: row.get(8)?,
        accessibility: row.word(9)?,
        created_at: row.get(10)?,
        expires_at: row.get(11)?,
    })
}

/// Makes a row; the record's own id is not looked at. Fails if the job has one of the type.
pub fn insert(tx: &Tx<'_>, artifact: &Artifact) -> Result<ArtifactId> {
    tx.query_one(
        "INSERT INTO artifacts (job_id, project_id, file_type, file_format, filename, size, sha256, blob_key, \
         accessibility, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
        params![
            artifact.job_id,
            artifact.project_id,
            &artifact.file_type,
            artifact.file_format,
            &artifact.filename,
            artifact.size,
            &artifact.sha256,
            &artifact.blob_key,
            artifact.accessibility,
            artifact.created_at,
            artifact.expires_at
        ],
        |row| row.get(0),
    )
}

/// All of a job's, in order of their making.
pub fn of_job(tx: &Tx<'_>, job: JobId) -> Result<Vec<Artifact>> {
    tx.query(&format!("SELECT {COLUMNS} FROM artifacts a WHERE a.job_id = $1 ORDER BY a.id"), params![job], read)
}

/// A job's file of one type.
pub fn of_type(tx: &Tx<'_>, job: JobId, file_type: &str) -> Result<Option<Artifact>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM artifacts a WHERE a.job_id = $1 AND a.file_type = $2"),
        params![job, file_type],
        read,
    )
}

/// All of a pipeline's jobs'.
pub fn of_pipeline(tx: &Tx<'_>, pipeline: PipelineId) -> Result<Vec<Artifact>> {
    tx.query(
        &format!(
            "SELECT {COLUMNS} FROM jobs j JOIN artifacts a ON a.job_id = j.id WHERE j.pipeline_id = $1 ORDER BY a.id"
        ),
        params![pipeline],
        read,
    )
}

/// Forgets one; its blob goes to [`crate::blob_deletions`].
pub fn delete(tx: &Tx<'_>, id: ArtifactId) -> Result<()> {
    tx.execute("DELETE FROM artifacts WHERE id = $1", params![id])?;
    Ok(())
}

/// When all of a job's may be deleted; `None` never.
pub fn set_expiry(tx: &Tx<'_>, job: JobId, expires_at: Option<Timestamp>) -> Result<()> {
    tx.execute("UPDATE artifacts SET expires_at = $1 WHERE job_id = $2", params![expires_at, job])?;
    Ok(())
}

/// Those past their expiry, the longest first, whose pipeline is not the newest successful one of its
/// ref in a project that keeps those (`keep_latest` is looked at by the caller).
pub fn expired(tx: &Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Artifact>> {
    tx.query(
        &format!(
            "SELECT {COLUMNS} FROM artifacts a WHERE a.expires_at IS NOT NULL AND a.expires_at <= $1 \
             ORDER BY a.expires_at LIMIT $2"
        ),
        params![now, limit],
        read,
    )
}

/// Whether the job's pipeline is the newest successful one of its ref: its artifacts are locked.
pub fn is_of_latest_success(tx: &Tx<'_>, job: JobId) -> Result<bool> {
    let latest: i64 = tx.query_one(
        "SELECT count(*) FROM jobs j JOIN pipelines p ON p.id = j.pipeline_id WHERE j.id = $1 \
         AND p.status = 'success' AND NOT EXISTS (SELECT 1 FROM pipelines n WHERE n.project_id = p.project_id \
         AND n.ref = p.ref AND n.id > p.id AND n.status = 'success' AND n.source <> 'parent_pipeline')",
        params![job],
        |row| row.get(0),
    )?;
    Ok(latest > 0)
}

/// When one may be deleted; `None` never.
pub fn set_expiry_of(tx: &Tx<'_>, id: ArtifactId, expires_at: Option<Timestamp>) -> Result<()> {
    tx.execute("UPDATE artifacts SET expires_at = $1 WHERE id = $2", params![expires_at, id])?;
    Ok(())
}
