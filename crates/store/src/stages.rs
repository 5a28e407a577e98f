//! Stages of pipelines.

use crate::{Result, tx::Tx, value::params};
use pipewright_model::{PipelineId, Stage, StageId, Status};

/// Makes a stage; the record's own id is not looked at.
pub fn insert(tx: &Tx<'_>, stage: &Stage) -> Result<StageId> {
    tx.query_one(
        "INSERT INTO stages (pipeline_id, name, position, status) VALUES ($1, $2, $3, $4) RETURNING id",
        params![stage.pipeline_id, &stage.name, stage.position, stage.status],
        |row| row.get(0),
    )
}

/// Stages of a pipeline in order.
pub fn of_pipeline(tx: &Tx<'_>, pipeline: PipelineId) -> Result<Vec<Stage>> {
    tx.query(
        "SELECT id, pipeline_id, name, position, status FROM stages WHERE pipeline_id = $1 ORDER BY position",
        params![pipeline],
        |row| {
            Ok(Stage {
                id: row.get(0)?,
                pipeline_id: row.get(1)?,
                name: row.get(2)?,
                position: row.get(3)?,
                status: row.word(4)?,
            })
        },
    )
}

/// Writes a stage's status, if it still is `from`.
pub fn set_status(tx: &Tx<'_>, pipeline: PipelineId, position: i64, from: Status, to: Status) -> Result<()> {
    tx.execute_one(
        "UPDATE stages SET status = $1 WHERE pipeline_id = $2 AND position = $3 AND status = $4",
        params![to, pipeline, position, from],
        "stage",
    )
}

/// A job of this stage runs: so does the stage, whatever else is in it.
pub fn set_running(tx: &Tx<'_>, stage: StageId) -> Result<()> {
    tx.execute("UPDATE stages SET status = 'running' WHERE id = $1 AND status <> 'running'", params![stage])?;
    Ok(())
}
