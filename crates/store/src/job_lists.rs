//! Everything a page of jobs shows beside them, read for a whole page at once; and jobs found by their artifacts.

use crate::filter::{Filter, padded};
use crate::{Result, artifacts, jobs, managers, pipelines, runners, tx::Tx, value::Value, value::params};
use pipewright_model::{
    Artifact, Job, JobId, Pipeline, PipelineId, ProjectId, Runner, RunnerId, RunnerManager, RunnerManagerId, Timestamp,
};
use std::collections::HashSet;

fn by<V: Into<Value> + Copy>(column: &str, ids: &[V]) -> Filter {
    let mut filter = Filter::default();
    filter.and_in(column, padded(ids));
    filter
}

/// These pipelines, in no order.
pub fn pipelines(tx: &Tx<'_>, ids: &[PipelineId]) -> Result<Vec<Pipeline>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let filter = by("pipelines.id", ids);
    let sql = format!("SELECT {} FROM pipelines{}", pipelines::COLUMNS, filter.text());
    tx.query(&sql, filter.values(), pipelines::read)
}

/// These runners, in no order.
pub fn runners(tx: &Tx<'_>, ids: &[RunnerId]) -> Result<Vec<Runner>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let filter = by("runners.id", ids);
    let sql = format!("SELECT {} FROM runners{}", runners::COLUMNS, filter.text());
    tx.query(&sql, filter.values(), runners::read)
}

/// These machines, in no order.
pub fn managers(tx: &Tx<'_>, ids: &[RunnerManagerId]) -> Result<Vec<RunnerManager>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let filter = by("runner_managers.id", ids);
    let sql = format!("SELECT {} FROM runner_managers{}", managers::COLUMNS, filter.text());
    tx.query(&sql, filter.values(), managers::read)
}

/// Those of these runners, and their machines, that have a job just now; as often as they have one.
pub fn executing(tx: &Tx<'_>, ids: &[RunnerId]) -> Result<Vec<(RunnerId, Option<RunnerManagerId>)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // Both databases are kept on the small index of executing jobs: a runner's whole past may be millions.
    let along = tx.dialect().along("jobs_executing");
    let mut filter = Filter::default();
    filter.and("status IN ('running', 'canceling')", []);
    filter.and_in("+runner_id", padded(ids));
    let sql = format!("SELECT runner_id, runner_manager_id FROM jobs{along}{}", filter.text());
    tx.query(&sql, filter.values(), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Artifacts of these jobs, in order of their making.
pub fn artifacts(tx: &Tx<'_>, jobs: &[JobId]) -> Result<Vec<Artifact>> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let filter = by("a.job_id", jobs);
    let sql = format!("SELECT {} FROM artifacts a{}", artifacts::COLUMNS, filter.text());
    let mut found = tx.query(&sql, filter.values(), artifacts::read)?;
    found.sort_unstable_by_key(|artifact| artifact.id);
    Ok(found)
}

/// The newest successful pipelines of a ref, child pipelines left out, newest first.
pub fn successful(tx: &Tx<'_>, project: ProjectId, ref_name: &str, limit: i64) -> Result<Vec<PipelineId>> {
    tx.query(
        "SELECT id FROM pipelines WHERE project_id = $1 AND ref = $2 AND status = 'success' \
         AND source <> 'parent_pipeline' ORDER BY id DESC LIMIT $3",
        params![project, ref_name, limit],
        |row| row.get(0),
    )
}

/// The job of that name with something to download in a pipeline or a child of it, parents first
/// (Jobs API contract §7.2).
pub fn with_artifacts(tx: &Tx<'_>, root: PipelineId, project: ProjectId, name: &str) -> Result<Option<Job>> {
    let sql = format!(
        "SELECT {} FROM pipelines p JOIN jobs ON jobs.pipeline_id = p.id WHERE p.root_id = $1 AND p.project_id = $2 \
         AND jobs.name = $3 AND jobs.kind = 'build' AND jobs.retried = 0 AND EXISTS (SELECT 1 FROM artifacts a \
         WHERE a.job_id = jobs.id AND a.file_type NOT IN ('trace', 'metadata')) \
         ORDER BY jobs.pipeline_id, jobs.id DESC LIMIT 1",
        jobs::COLUMNS
    );
    tx.query_opt(&sql, params![root, project, name], jobs::read)
}

/// The successful job of that name with an archive in one of these pipelines, the newest one's first.
pub fn successful_with_archive(tx: &Tx<'_>, pipelines: &[PipelineId], name: &str) -> Result<Option<Job>> {
    let mut filter = by("jobs.pipeline_id", pipelines);
    filter.and("jobs.name = ? AND jobs.kind = 'build' AND jobs.retried = 0 AND jobs.status = 'success'", [name.into()]);
    filter.and("EXISTS (SELECT 1 FROM artifacts a WHERE a.job_id = jobs.id AND a.file_type = 'archive')", []);
    let sql = format!(
        "SELECT {} FROM jobs{} ORDER BY jobs.pipeline_id DESC, jobs.id DESC LIMIT 1",
        jobs::COLUMNS,
        filter.text()
    );
    tx.query_opt(&sql, filter.values(), jobs::read)
}

/// Lets the artifacts of the next `limit` jobs after `after` expire at `now`, logs left out, and with
/// `keeps_latest` those of the newest successful pipeline of each ref too. Returns the last job looked at.
pub fn expire(
    tx: &Tx<'_>,
    project: ProjectId,
    keeps_latest: bool,
    after: JobId,
    limit: i64,
    now: Timestamp,
) -> Result<Option<JobId>> {
    let found: Vec<(JobId, PipelineId)> = tx.query(
        "SELECT DISTINCT a.job_id, p.root_id FROM artifacts a JOIN jobs j ON j.id = a.job_id \
         JOIN pipelines p ON p.id = j.pipeline_id \
         WHERE a.project_id = $1 AND a.job_id > $2 AND a.file_type <> 'trace' ORDER BY a.job_id LIMIT $3",
        params![project, after, limit],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let kept = if keeps_latest { latest_of_refs(tx, project)? } else { HashSet::new() };
    for (job, root) in &found {
        if !kept.contains(root) {
            tx.execute(
                "UPDATE artifacts SET expires_at = $1 WHERE job_id = $2 AND file_type <> 'trace'",
                params![now, *job],
            )?;
            tx.execute("UPDATE jobs SET artifacts_expire_at = $1 WHERE id = $2", params![now, *job])?;
        }
    }
    Ok(found.last().map(|(job, _)| *job))
}

/// The newest successful pipeline of each ref of a project.
fn latest_of_refs(tx: &Tx<'_>, project: ProjectId) -> Result<HashSet<PipelineId>> {
    let latest = tx.query(
        "SELECT MAX(id) FROM pipelines WHERE project_id = $1 AND status = 'success' \
         AND source <> 'parent_pipeline' GROUP BY ref",
        params![project],
        |row| row.get(0),
    )?;
    Ok(latest.into_iter().collect())
}
