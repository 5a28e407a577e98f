//! The queue: pending jobs, and what background passes look for among the others.

use crate::{Result, jobs, row::Row, tx::Tx, value::params};
use pipewright_model::{Job, JobId, NamespaceId, ProjectId, RunnerId, RunnerManagerId, Status, Timestamp, TokenDigest};

/// A pending job, as far as matching looks at it.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Which.
    pub id: JobId,
    /// Whose.
    pub project_id: ProjectId,
    /// Of a protected ref.
    pub protected: bool,
    /// Tags a runner must have.
    pub tags: Vec<String>,
}

fn waiting(row: &Row<'_>) -> Result<Waiting> {
    Ok(Waiting { id: row.get(0)?, project_id: row.get(1)?, protected: row.get(2)?, tags: row.json(3)? })
}

/// The projects that have jobs waiting for a runner, by id; steps from one to the next along the index.
pub fn waiting_projects(tx: &Tx<'_>) -> Result<Vec<ProjectId>> {
    let along = tx.dialect().along("jobs_waiting");
    tx.query(
        &format!(
            "WITH RECURSIVE waiting (id) AS (
                SELECT MIN(project_id) FROM jobs{along} WHERE status = 'pending' AND kind = 'build'
                UNION ALL
                SELECT (SELECT MIN(j.project_id) FROM jobs j{along}
                    WHERE j.status = 'pending' AND j.kind = 'build' AND j.project_id > waiting.id)
                FROM waiting WHERE waiting.id IS NOT NULL
            ) SELECT id FROM waiting WHERE id IS NOT NULL"
        ),
        &[],
        |row| row.get(0),
    )
}

/// A project's pending jobs (not bridges) in order of their ids, after `after`.
pub fn waiting_after(tx: &Tx<'_>, project: ProjectId, after: JobId, limit: i64) -> Result<Vec<Waiting>> {
    tx.query(
        "SELECT id, project_id, protected, tags FROM jobs WHERE status = 'pending' AND kind = 'build' \
         AND project_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        params![project, after, limit],
        waiting,
    )
}

/// How many jobs wait.
pub fn size(tx: &Tx<'_>) -> Result<i64> {
    let along = tx.dialect().along("jobs_pending");
    tx.query_one(&format!("SELECT count(*) FROM jobs{along} WHERE status = 'pending' AND kind = 'build'"), &[], |row| {
        row.get(0)
    })
}

/// How many jobs of each project now run on instance runners.
pub fn running_on_instance_runners(tx: &Tx<'_>) -> Result<Vec<(ProjectId, i64)>> {
    let along = tx.dialect().along("jobs_executing");
    tx.query(
        &format!(
            "SELECT j.project_id, count(*) FROM jobs j{along} JOIN runners r ON r.id = j.runner_id \
             WHERE j.status IN ('running', 'canceling') AND r.runner_type = 'instance_type' GROUP BY j.project_id"
        ),
        &[],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// What decides whether a project's jobs are offered.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Which project.
    pub project_id: ProjectId,
    /// Where it lives.
    pub namespace_id: NamespaceId,
    /// Its settings.
    pub settings: pipewright_model::project::ProjectSettings,
}

/// The projects that still exist and are not archived, out of those asked for.
pub fn offers(tx: &Tx<'_>, projects: &[ProjectId]) -> Result<Vec<Offer>> {
    let mut found = Vec::new();
    for project in projects {
        found.extend(tx.query_opt(
            "SELECT id, namespace_id, settings FROM projects WHERE id = $1 AND deleted_at IS NULL AND archived = 0",
            params![*project],
            |row| Ok(Offer { project_id: row.get(0)?, namespace_id: row.get(1)?, settings: row.json(2)? }),
        )?);
    }
    Ok(found)
}

/// What a claim writes.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Which job.
    pub job: JobId,
    /// Who takes it.
    pub runner: RunnerId,
    /// On which machine.
    pub manager: RunnerManagerId,
    /// Digest of its new token.
    pub token: TokenDigest,
    /// The runner understands a graceful cancel.
    pub cancel_gracefully: bool,
    /// When.
    pub now: Timestamp,
}

/// Gives a pending job to a runner; `false` when somebody else was faster.
pub fn claim(tx: &Tx<'_>, claim: &Claim) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE jobs SET status = 'running', runner_id = $1, runner_manager_id = $2, token_digest = $3, \
         cancel_gracefully = $4, started_at = $5, updated_at = $6 WHERE id = $7 AND status = 'pending'",
        params![claim.runner, claim.manager, &claim.token, claim.cancel_gracefully, claim.now, claim.now, claim.job],
    )?;
    Ok(changed == 1)
}

/// Puts a job back that was claimed for a caller who went away before he was told: `false` when it has
/// moved on since.
pub fn unclaim(tx: &Tx<'_>, token: &TokenDigest, now: Timestamp) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE jobs SET status = 'pending', runner_id = NULL, runner_manager_id = NULL, token_digest = NULL, \
         started_at = NULL, cancel_gracefully = 0, updated_at = $1 \
         WHERE token_digest = $2 AND status = 'running'",
        params![now, token],
    )?;
    Ok(changed == 1)
}

/// Notes a call of the job's runner.
pub fn touch(tx: &Tx<'_>, job: JobId, now: Timestamp) -> Result<()> {
    tx.execute("UPDATE jobs SET updated_at = $1 WHERE id = $2", params![now, job])?;
    Ok(())
}

/// Running or canceling jobs not heard of since `since`, the longest silent first.
pub fn silent(tx: &Tx<'_>, since: Timestamp, limit: i64) -> Result<Vec<Job>> {
    tx.query(
        &format!(
            "SELECT {} FROM jobs WHERE jobs.status IN ('running', 'canceling') AND jobs.updated_at < $1 \
             AND jobs.kind = 'build' ORDER BY jobs.updated_at LIMIT $2",
            jobs::COLUMNS
        ),
        params![since, limit],
        jobs::read,
    )
}

/// Running jobs that are past their timeout at `now`.
pub fn overdue(tx: &Tx<'_>, now: Timestamp, grace: i64, limit: i64) -> Result<Vec<Job>> {
    let along = tx.dialect().along("jobs_executing");
    tx.query(
        &format!(
            "SELECT {} FROM jobs{along} WHERE jobs.status IN ('running', 'canceling') AND jobs.kind = 'build' \
             AND jobs.started_at + (jobs.timeout + $1) * 1000000 < $2 ORDER BY jobs.id LIMIT $3",
            jobs::COLUMNS
        ),
        params![grace, now, limit],
        jobs::read,
    )
}

/// Jobs pending since before `since`, after `after`, in order of their ids.
pub fn stuck(tx: &Tx<'_>, since: Timestamp, after: JobId, limit: i64) -> Result<Vec<Job>> {
    tx.query(
        &format!(
            "SELECT {} FROM jobs WHERE jobs.status = 'pending' AND jobs.kind = 'build' AND jobs.queued_at < $1 \
             AND jobs.id > $2 ORDER BY jobs.id LIMIT $3",
            jobs::COLUMNS
        ),
        params![since, after, limit],
        jobs::read,
    )
}

/// Delayed jobs whose time has come.
pub fn due(tx: &Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Job>> {
    tx.query(
        &format!(
            "SELECT {} FROM jobs WHERE jobs.status = 'scheduled' AND jobs.scheduled_at <= $1 \
             ORDER BY jobs.scheduled_at LIMIT $2",
            jobs::COLUMNS
        ),
        params![now, limit],
        jobs::read,
    )
}

/// When the next delayed job is due.
pub fn next_due(tx: &Tx<'_>) -> Result<Option<Timestamp>> {
    tx.query_one("SELECT MIN(scheduled_at) FROM jobs WHERE status = 'scheduled'", &[], |row| row.get(0))
}

/// Jobs of a resource group that have not ended: id, pipeline's id, status.
pub fn in_resource_group(tx: &Tx<'_>, project: ProjectId, key: &str) -> Result<Vec<(JobId, i64, Status)>> {
    tx.query(
        "SELECT id, pipeline_id, status FROM jobs WHERE project_id = $1 AND resource_group = $2 AND retried = 0 \
         AND status NOT IN ('success', 'failed', 'canceled', 'skipped') ORDER BY id",
        params![project, key],
        |row| Ok((row.get(0)?, row.get(1)?, row.word(2)?)),
    )
}

/// How many jobs a runner is running.
pub fn running_of(tx: &Tx<'_>, runner: RunnerId) -> Result<i64> {
    tx.query_one(
        "SELECT count(*) FROM jobs WHERE runner_id = $1 AND status IN ('running', 'canceling')",
        params![runner],
        |row| row.get(0),
    )
}

/// The machines of a runner that are running a job.
pub fn running_managers(tx: &Tx<'_>, runner: RunnerId) -> Result<Vec<RunnerManagerId>> {
    tx.query(
        "SELECT DISTINCT runner_manager_id FROM jobs WHERE runner_id = $1 AND status IN ('running', 'canceling') \
         AND runner_manager_id IS NOT NULL",
        params![runner],
        |row| row.get(0),
    )
}
