//! Following a pipeline over the API until it has ended.

use super::board::{Board, Row};
use super::client::{Client, Pipeline};
use crate::error::{Error, Result};
use std::time::Duration;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(150);
/// A push makes its pipeline within this time, or something is wrong.
const APPEAR: u32 = 200;

/// The pipeline the push made.
pub(crate) async fn first_pipeline(client: &Client, project: i64) -> Result<Pipeline> {
    for _ in 0..APPEAR {
        if let Some(pipeline) = client.pipelines(project).await?.into_iter().next() {
            return Ok(pipeline);
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(Error::Other("the push made no pipeline".to_owned()))
}

/// Shows the pipeline until it has ended; returns its last status.
pub(crate) async fn to_the_end(client: &Client, project: i64, id: i64) -> Result<String> {
    let mut board = Board::new();
    loop {
        // The status is asked first: rows read after the end are the final ones.
        let pipeline = client.pipeline(project, id).await?;
        let rows = rows(client, project, id).await?;
        board.update(&rows);
        let over = matches!(pipeline.status.as_str(), "success" | "failed" | "canceled" | "skipped" | "manual");
        if over && !rows.iter().any(|row| row.job.status == "running" || row.job.status == "pending") {
            board.finish();
            return Ok(pipeline.status);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// The jobs, each bridge followed by the jobs of what it started.
async fn rows(client: &Client, project: i64, pipeline: i64) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for job in client.jobs(project, pipeline).await? {
        let child = job.downstream_pipeline.as_ref().map(|child| child.id);
        rows.push(Row { depth: 0, job });
        if let Some(child) = child {
            let jobs = client.jobs(project, child).await?;
            rows.extend(jobs.into_iter().map(|job| Row { depth: 1, job }));
        }
    }
    Ok(rows)
}
