//! Pipelines.

use crate::{Result, row::Row, tx::Tx, value::params};
use pipewright_model::{JobId, Pipeline, PipelineId, ProjectId, Status, Timestamp};

/// The columns of a pipeline in the order [`read`] takes them.
pub(crate) const COLUMNS: &str = "pipelines.id, pipelines.iid, pipelines.project_id, pipelines.ref, pipelines.tag, \
    pipelines.sha, pipelines.before_sha, pipelines.status, pipelines.source, pipelines.user_id, pipelines.protected, \
    pipelines.name, pipelines.yaml_errors, pipelines.failure_reason, pipelines.cancel_on_job_failure, \
    pipelines.on_new_commit, pipelines.source_job_id, pipelines.root_id, pipelines.created_at, pipelines.updated_at, \
    pipelines.started_at, pipelines.finished_at";

/// Reads a pipeline whose [`COLUMNS`] begin at column 0.
pub(crate) fn read(row: &Row<'_>) -> Result<Pipeline> {
    Ok(Pipeline {
        id: row.get(0)?,
        iid: row.get(1)?,
        project_id: row.get(2)?,
        ref_name: row.get(3)?,
        tag: row.get(4)?,
        sha: row.get(5)?,
        before_sha: row.get(6)?,
        status: row.word(7)?,
        source: row.word(8)?,
        user_id: row.get(9)?,
        protected: row.get(10)?,
        name: row.get(11)?,
        yaml_errors: row.get(12)?,
        failure_reason: row.get(13)?,
        cancel_on_job_failure: row.get(14)?,
        on_new_commit: row.get(15)?,
        source_job_id: row.get(16)?,
        root_id: row.get(17)?,
        created_at: row.get(18)?,
        updated_at: row.get(19)?,
        started_at: row.get(20)?,
        finished_at: row.get(21)?,
    })
}

/// The project's next count, used up by this call.
pub fn take_iid(tx: &Tx<'_>, project: ProjectId) -> Result<i64> {
    tx.query_one(
        "UPDATE projects SET next_pipeline_iid = next_pipeline_iid + 1 WHERE id = $1 RETURNING next_pipeline_iid - 1",
        params![project],
        |row| row.get(0),
    )
}

/// Makes a pipeline; the record's own id is not looked at, and a root id of 0 means its own.
pub fn insert(tx: &Tx<'_>, pipeline: &Pipeline) -> Result<PipelineId> {
    let id: PipelineId = tx.query_one(
        "INSERT INTO pipelines (iid, project_id, ref, tag, sha, before_sha, status, source, user_id, protected, name, \
         yaml_errors, failure_reason, cancel_on_job_failure, on_new_commit, source_job_id, root_id, created_at, \
         updated_at, started_at, finished_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) \
         RETURNING id",
        params![
            pipeline.iid,
            pipeline.project_id,
            &pipeline.ref_name,
            pipeline.tag,
            &pipeline.sha,
            &pipeline.before_sha,
            pipeline.status,
            pipeline.source,
            pipeline.user_id,
            pipeline.protected,
            pipeline.name.as_deref(),
            pipeline.yaml_errors.as_deref(),
            pipeline.failure_reason.as_deref(),
            pipeline.cancel_on_job_failure,
            &pipeline.on_new_commit,
            pipeline.source_job_id,
            pipeline.root_id,
            pipeline.created_at,
            pipeline.updated_at,
            pipeline.started_at,
            pipeline.finished_at
        ],
        |row| row.get(0),
    )?;
    if pipeline.root_id.0 == 0 {
        tx.execute("UPDATE pipelines SET root_id = id WHERE id = $1", params![id])?;
    }
    Ok(id)
}

/// Writes what can change, if it still has status `from`.
pub fn save(tx: &Tx<'_>, pipeline: &Pipeline, from: Status) -> Result<()> {
    tx.execute_one(
        "UPDATE pipelines SET status = $1, updated_at = $2, started_at = $3, finished_at = $4 \
         WHERE id = $5 AND status = $6",
        params![pipeline.status, pipeline.updated_at, pipeline.started_at, pipeline.finished_at, pipeline.id, from],
        "pipeline",
    )
}

/// A job of this pipeline runs: so does the pipeline, whatever else is in it. `true` if that is news.
pub fn set_running(tx: &Tx<'_>, id: PipelineId, now: Timestamp) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE pipelines SET status = 'running', started_at = COALESCE(started_at, $1), finished_at = NULL, \
         updated_at = $2 WHERE id = $3 AND status <> 'running'",
        params![now, now, id],
    )?;
    Ok(changed == 1)
}

/// Sets `workflow:name`.
pub fn set_name(tx: &Tx<'_>, id: PipelineId, name: Option<&str>, now: Timestamp) -> Result<()> {
    tx.execute_one("UPDATE pipelines SET name = $1, updated_at = $2 WHERE id = $3", params![name, now, id], "pipeline")
}

/// One pipeline.
pub fn get(tx: &Tx<'_>, id: PipelineId) -> Result<Option<Pipeline>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM pipelines WHERE id = $1"), params![id], read)
}

/// One pipeline that this transaction is about to change: others wait for it.
pub fn get_for_update(tx: &Tx<'_>, id: PipelineId) -> Result<Option<Pipeline>> {
    let lock = tx.dialect().for_update();
    tx.query_opt(&format!("SELECT {COLUMNS} FROM pipelines WHERE id = $1{lock}"), params![id], read)
}

/// The pipeline a bridge started.
pub fn of_bridge(tx: &Tx<'_>, bridge: JobId) -> Result<Option<Pipeline>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM pipelines WHERE source_job_id = $1 ORDER BY id DESC"),
        params![bridge],
        read,
    )
}

/// How many pipelines are above this one in its tree of child pipelines.
pub fn depth(tx: &Tx<'_>, id: PipelineId) -> Result<i64> {
    let mut depth = 0;
    let mut at = id;
    while let Some(parent) = tx.query_opt(
        "SELECT j.pipeline_id FROM pipelines p JOIN jobs j ON j.id = p.source_job_id \
         WHERE p.id = $1 AND p.source = 'parent_pipeline'",
        params![at],
        |row| row.get(0),
    )? {
        at = parent;
        depth += 1;
    }
    Ok(depth)
}

/// Older pipelines of the same ref that have not ended and are no children, newest first.
pub fn unfinished_before(tx: &Tx<'_>, newest: &Pipeline, limit: i64) -> Result<Vec<Pipeline>> {
    tx.query(
        &format!(
            "SELECT {COLUMNS} FROM pipelines WHERE project_id = $1 AND ref = $2 AND id < $3 \
             AND status NOT IN ('success', 'failed', 'canceled', 'skipped') AND source <> 'parent_pipeline' \
             AND sha <> $4 AND tag = $5 ORDER BY id DESC LIMIT $6"
        ),
        params![newest.project_id, &newest.ref_name, newest.id, &newest.sha, newest.tag, limit],
        read,
    )
}

/// Forgets a pipeline with its jobs. Their blobs must have been listed before.
pub fn delete(tx: &Tx<'_>, id: PipelineId) -> Result<()> {
    tx.execute_one("DELETE FROM pipelines WHERE id = $1", params![id], "pipeline")
}

/// Mean of the latest jobs' coverage.
pub fn coverage(tx: &Tx<'_>, id: PipelineId) -> Result<Option<f64>> {
    tx.query_one(
        "SELECT AVG(coverage) FROM jobs WHERE pipeline_id = $1 AND retried = 0 AND coverage IS NOT NULL",
        params![id],
        |row| row.get(0),
    )
}

/// Whether a latest job failed or was canceled although the pipeline did not: its warnings.
pub fn has_warnings(tx: &Tx<'_>, id: PipelineId) -> Result<bool> {
    let count: i64 = tx.query_one(
        "SELECT count(*) FROM jobs WHERE pipeline_id = $1 AND retried = 0 AND allow_failure = 1 \
         AND status IN ('failed', 'canceled')",
        params![id],
        |row| row.get(0),
    )?;
    Ok(count > 0)
}
