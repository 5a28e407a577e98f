//! Jobs and bridges: their rows, and what their file said of them.

use crate::{Error, Result, row::Row, tx::Tx, value::params};
use pipewright_model::{
    Job, JobId, JobKind, Need, PipelineId, ProjectId, Scheduling, Status, Timestamp, TokenDigest, When,
};

/// The columns of a job in the order [`read`] takes them; `jobs` must be the table's name or alias.
pub(crate) const COLUMNS: &str = "jobs.id, jobs.kind, jobs.pipeline_id, jobs.project_id, jobs.stage_id, jobs.stage, \
    jobs.stage_position, jobs.name, jobs.status, jobs.ref, jobs.tag, jobs.protected, jobs.allow_failure, \
    jobs.when_to_run, jobs.scheduling, jobs.retried, jobs.interruptible, jobs.enqueue_immediately, jobs.user_id, \
    jobs.tags, jobs.timeout, jobs.environment, jobs.resource_group, jobs.start_in, jobs.runner_id, \
    jobs.runner_manager_id, jobs.coverage, jobs.failure_reason, jobs.exit_code, jobs.debug_trace, \
    jobs.cancel_gracefully, jobs.downstream_pipeline_id, jobs.created_at, jobs.updated_at, jobs.queued_at, \
    jobs.started_at, jobs.finished_at, jobs.scheduled_at, jobs.erased_at, jobs.erased_by, jobs.artifacts_expire_at";

/// Reads a job whose [`COLUMNS`] begin at column 0.
pub(crate) fn read(row: &Row<'_>) -> Result<Job> {
    Ok(Job {
        id: row.get(0)?,
        kind: row.word(1)?,
        pipeline_id: row.get(2)?,
        project_id: row.get(3)?,
        stage_id: row.get(4)?,
        stage: row.get(5)?,
        stage_position: row.get(6)?,
        name: row.get(7)?,
        status: row.word(8)?,
        ref_name: row.get(9)?,
        tag: row.get(10)?,
        protected: row.get(11)?,
        allow_failure: row.get(12)?,
        when: row.word(13)?,
        scheduling: row.word(14)?,
        retried: row.get(15)?,
        interruptible: row.get(16)?,
        enqueue_immediately: row.get(17)?,
        user_id: row.get(18)?,
        tags: row.json(19)?,
        timeout: row.get(20)?,
        environment: row.get(21)?,
        resource_group: row.get(22)?,
        start_in: row.get(23)?,
        runner_id: row.get(24)?,
        runner_manager_id: row.get(25)?,
        coverage: row.get(26)?,
        failure_reason: row.get(27)?,
        exit_code: row.get(28)?,
        debug_trace: row.get(29)?,
        cancel_gracefully: row.get(30)?,
        downstream_pipeline_id: row.get(31)?,
        created_at: row.get(32)?,
        updated_at: row.get(33)?,
        queued_at: row.get(34)?,
        started_at: row.get(35)?,
        finished_at: row.get(36)?,
        scheduled_at: row.get(37)?,
        erased_at: row.get(38)?,
        erased_by: row.get(39)?,
        artifacts_expire_at: row.get(40)?,
    })
}

/// Makes a row; the record's own id is not looked at.
pub fn insert(tx: &Tx<'_>, job: &Job) -> Result<JobId> {
    let tags = serde_json::to_string(&job.tags).map_err(|error| Error::Other(error.to_string()))?;
    tx.query_one(
        "INSERT INTO jobs (kind, pipeline_id, project_id, stage_id, stage, stage_position, name, status, ref, tag, \
         protected, allow_failure, when_to_run, scheduling, retried, interruptible, enqueue_immediately, user_id, \
         tags, timeout, environment, resource_group, start_in, coverage, failure_reason, exit_code, debug_trace, \
         cancel_gracefully, created_at, updated_at, queued_at, started_at, finished_at, scheduled_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
         $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34) RETURNING id",
        params![
            job.kind,
            job.pipeline_id,
            job.project_id,
            job.stage_id,
            &job.stage,
            job.stage_position,
            &job.name,
            job.status,
            &job.ref_name,
            job.tag,
            job.protected,
            job.allow_failure,
            job.when,
            job.scheduling,
            job.retried,
            job.interruptible,
            job.enqueue_immediately,
            job.user_id,
            tags,
            job.timeout,
            job.environment.as_deref(),
            job.resource_group.as_deref(),
            job.start_in,
            job.coverage,
            job.failure_reason.as_deref(),
            job.exit_code,
            job.debug_trace,
            job.cancel_gracefully,
            job.created_at,
            job.updated_at,
            job.queued_at,
            job.started_at,
            job.finished_at,
            job.scheduled_at
        ],
        |row| row.get(0),
    )
}

/// Writes everything of a row that can change, if it still has status `from`.
pub fn save(tx: &Tx<'_>, job: &Job, from: Status) -> Result<()> {
    tx.execute_one(
        "UPDATE jobs SET status = $1, allow_failure = $2, retried = $3, enqueue_immediately = $4, user_id = $5, \
         timeout = $6, runner_id = $7, runner_manager_id = $8, coverage = $9, failure_reason = $10, exit_code = $11, \
         debug_trace = $12, cancel_gracefully = $13, downstream_pipeline_id = $14, updated_at = $15, \
         queued_at = $16, started_at = $17, finished_at = $18, scheduled_at = $19, erased_at = $20, \
         erased_by = $21, artifacts_expire_at = $22, environment = $23 WHERE id = $24 AND status = $25",
        params![
            job.status,
            job.allow_failure,
            job.retried,
            job.enqueue_immediately,
            job.user_id,
            job.timeout,
            job.runner_id,
            job.runner_manager_id,
            job.coverage,
            job.failure_reason.as_deref(),
            job.exit_code,
            job.debug_trace,
            job.cancel_gracefully,
            job.downstream_pipeline_id,
            job.updated_at,
            job.queued_at,
            job.started_at,
            job.finished_at,
            job.scheduled_at,
            job.erased_at,
            job.erased_by,
            job.artifacts_expire_at,
            job.environment.as_deref(),
            job.id,
            from
        ],
        "job",
    )
}

/// One job by its id.
pub fn get(tx: &Tx<'_>, id: JobId) -> Result<Option<Job>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM jobs WHERE jobs.id = $1"), params![id], read)
}

/// The job a token was made for, whether it still runs or not.
pub fn by_token(tx: &Tx<'_>, digest: &TokenDigest) -> Result<Option<Job>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM jobs WHERE jobs.token_digest = $1"), params![digest], read)
}

/// Every row of a pipeline in order of creation, replaced attempts too.
pub fn of_pipeline(tx: &Tx<'_>, pipeline: PipelineId) -> Result<Vec<Job>> {
    tx.query(
        &format!("SELECT {COLUMNS} FROM jobs WHERE jobs.pipeline_id = $1 ORDER BY jobs.id"),
        params![pipeline],
        read,
    )
}

/// What the status machine wants to know of a job.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Which.
    pub id: JobId,
    /// Its name.
    pub name: String,
    /// Job or bridge.
    pub kind: JobKind,
    /// Its stage's position.
    pub stage_position: i64,
    /// Where it stands.
    pub status: Status,
    /// A newer attempt replaced it.
    pub retried: bool,
    /// Its failure is allowed.
    pub allow_failure: bool,
    /// When it runs.
    pub when: When,
    /// What it waits for.
    pub scheduling: Scheduling,
    /// Seconds a delayed job waits.
    pub start_in: Option<i64>,
    /// Starts without waiting for a person.
    pub enqueue_immediately: bool,
    /// Its resource group.
    pub resource_group: Option<String>,
    /// May be canceled by a newer pipeline.
    pub interruptible: bool,
    /// Has begun at some time.
    pub started: bool,
    /// Its runner understands a graceful cancel.
    pub cancel_gracefully: bool,
    /// A bridge that has started its pipeline.
    pub has_downstream: bool,
}

/// How the latest attempts of a pipeline stand, in order of creation; `also` is there even if replaced.
pub fn standings(tx: &Tx<'_>, pipeline: PipelineId, also: Option<JobId>) -> Result<Vec<Standing>> {
    tx.query(
        "SELECT id, name, kind, stage_position, status, retried, allow_failure, when_to_run, scheduling, start_in, \
         enqueue_immediately, resource_group, interruptible, started_at, cancel_gracefully, downstream_pipeline_id \
         FROM jobs WHERE pipeline_id = $1 AND (retried = 0 OR id = $2) ORDER BY id",
        params![pipeline, also.unwrap_or(JobId(0))],
        |row| {
            Ok(Standing {
                id: row.get(0)?,
                name: row.get(1)?,
                kind: row.word(2)?,
                stage_position: row.get(3)?,
                status: row.word(4)?,
                retried: row.get(5)?,
                allow_failure: row.get(6)?,
                when: row.word(7)?,
                scheduling: row.word(8)?,
                start_in: row.get(9)?,
                enqueue_immediately: row.get(10)?,
                resource_group: row.get(11)?,
                interruptible: row.get(12)?,
                started: row.get::<Option<Timestamp>>(13)?.is_some(),
                cancel_gracefully: row.get(14)?,
                has_downstream: row.get::<Option<PipelineId>>(15)?.is_some(),
            })
        },
    )
}

/// Needs of all latest `dag` jobs of a pipeline, by job and in their order.
pub fn needs_of_pipeline(tx: &Tx<'_>, pipeline: PipelineId) -> Result<Vec<(JobId, Need)>> {
    tx.query(
        "SELECT n.job_id, n.name, n.artifacts, n.optional FROM jobs j JOIN job_needs n ON n.job_id = j.id \
         WHERE j.pipeline_id = $1 AND j.scheduling = 'dag' ORDER BY n.job_id, n.position",
        params![pipeline],
        |row| Ok((row.get(0)?, Need { name: row.get(1)?, artifacts: row.get(2)?, optional: row.get(3)? })),
    )
}

/// Needs of one job, in their order.
pub fn needs(tx: &Tx<'_>, job: JobId) -> Result<Vec<Need>> {
    tx.query(
        "SELECT name, artifacts, optional FROM job_needs WHERE job_id = $1 ORDER BY position",
        params![job],
        |row| Ok(Need { name: row.get(0)?, artifacts: row.get(1)?, optional: row.get(2)? }),
    )
}

/// Writes the needs of a new job.
pub fn insert_needs(tx: &Tx<'_>, job: JobId, needs: &[Need]) -> Result<()> {
    for (position, need) in (0i64..).zip(needs) {
        tx.execute(
            "INSERT INTO job_needs (job_id, position, name, artifacts, optional) VALUES ($1, $2, $3, $4, $5)",
            params![job, position, &need.name, need.artifacts, need.optional],
        )?;
    }
    Ok(())
}

/// Writes what the file said of a new job, as JSON.
pub fn insert_definition(tx: &Tx<'_>, job: JobId, definition: &str, variables: Option<&[u8]>) -> Result<()> {
    tx.execute(
        "INSERT INTO job_definitions (job_id, definition, variables) VALUES ($1, $2, $3)",
        params![job, definition, variables],
    )?;
    Ok(())
}

/// What the file said of a job, as JSON.
pub fn definition(tx: &Tx<'_>, job: JobId) -> Result<Option<String>> {
    tx.query_opt("SELECT definition FROM job_definitions WHERE job_id = $1", params![job], |row| row.get(0))
}

/// The variables it was played with, encrypted.
pub fn played_variables(tx: &Tx<'_>, job: JobId) -> Result<Option<Vec<u8>>> {
    let variables: Option<Option<Vec<u8>>> =
        tx.query_opt("SELECT variables FROM job_definitions WHERE job_id = $1", params![job], |row| row.get(0))?;
    Ok(variables.flatten())
}

/// Sets the variables it is played with, encrypted.
pub fn set_played_variables(tx: &Tx<'_>, job: JobId, variables: &[u8]) -> Result<()> {
    tx.execute_one(
        "UPDATE job_definitions SET variables = $1 WHERE job_id = $2",
        params![variables, job],
        "job's definition",
    )
}

/// The inputs it was played with, encrypted.
pub fn played_inputs(tx: &Tx<'_>, job: JobId) -> Result<Option<Vec<u8>>> {
    let inputs: Option<Option<Vec<u8>>> =
        tx.query_opt("SELECT inputs FROM job_definitions WHERE job_id = $1", params![job], |row| row.get(0))?;
    Ok(inputs.flatten())
}

/// Sets the inputs it is played with, encrypted.
pub fn set_played_inputs(tx: &Tx<'_>, job: JobId, inputs: &[u8]) -> Result<()> {
    tx.execute_one("UPDATE job_definitions SET inputs = $1 WHERE job_id = $2", params![inputs, job], "job's definition")
}

/// Rows of this name in the pipeline that a newer attempt replaced.
pub fn replaced_attempts(tx: &Tx<'_>, pipeline: PipelineId, name: &str) -> Result<i64> {
    tx.query_one(
        "SELECT count(*) FROM jobs WHERE pipeline_id = $1 AND name = $2 AND retried = 1",
        params![pipeline, name],
        |row| row.get(0),
    )
}

/// Marks every row of this name in the pipeline as replaced, but for `newest`.
pub fn mark_replaced(tx: &Tx<'_>, pipeline: PipelineId, name: &str, newest: JobId) -> Result<()> {
    tx.execute(
        "UPDATE jobs SET retried = 1 WHERE pipeline_id = $1 AND name = $2 AND id <> $3",
        params![pipeline, name, newest],
    )?;
    Ok(())
}

/// The dotenv variables jobs left, by job, values encrypted.
pub fn outputs(tx: &Tx<'_>, jobs: &[JobId]) -> Result<Vec<(JobId, String, Vec<u8>)>> {
    let mut all = Vec::new();
    for job in jobs {
        all.extend(tx.query(
            "SELECT job_id, key, value FROM job_outputs WHERE job_id = $1 AND key <> '' ORDER BY key",
            params![*job],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?);
    }
    Ok(all)
}

/// Puts dotenv variables in place of those the job left before.
pub fn replace_outputs(tx: &Tx<'_>, job: JobId, outputs: &[(String, Vec<u8>)]) -> Result<()> {
    tx.execute("DELETE FROM job_outputs WHERE job_id = $1 AND key <> ''", params![job])?;
    for (key, value) in outputs {
        tx.execute(
            "INSERT INTO job_outputs (job_id, key, value) VALUES ($1, $2, $3)",
            params![job, key, value.as_slice()],
        )?;
    }
    Ok(())
}

/// Writes down what a job was handed out with, encrypted, until [`forget_handed_out`]. It has the row of the output
/// without a name, which no dotenv variable can have.
pub fn set_handed_out(tx: &Tx<'_>, job: JobId, sealed: &[u8]) -> Result<()> {
    forget_handed_out(tx, job)?;
    tx.execute("INSERT INTO job_outputs (job_id, key, value) VALUES ($1, '', $2)", params![job, sealed])?;
    Ok(())
}

/// What [`set_handed_out`] was given.
pub fn handed_out(tx: &Tx<'_>, job: JobId) -> Result<Option<Vec<u8>>> {
    tx.query_opt("SELECT value FROM job_outputs WHERE job_id = $1 AND key = ''", params![job], |row| row.get(0))
}

/// The job has ended: nothing more is masked.
pub fn forget_handed_out(tx: &Tx<'_>, job: JobId) -> Result<()> {
    tx.execute("DELETE FROM job_outputs WHERE job_id = $1 AND key = ''", params![job])?;
    Ok(())
}

/// The project of a job, for look-ups that begin with a job's id alone.
pub fn project_of(tx: &Tx<'_>, job: JobId) -> Result<Option<ProjectId>> {
    tx.query_opt("SELECT project_id FROM jobs WHERE id = $1", params![job], |row| row.get(0))
}

/// Writes what the log tells of coverage.
pub fn set_coverage(tx: &Tx<'_>, job: JobId, percent: Option<f64>) -> Result<()> {
    tx.execute_one("UPDATE jobs SET coverage = $1 WHERE id = $2", params![percent, job], "job")
}

/// Marks a log as one with debug output.
pub fn set_debug_trace(tx: &Tx<'_>, job: JobId) -> Result<()> {
    tx.execute_one("UPDATE jobs SET debug_trace = 1 WHERE id = $1", params![job], "job")
}

/// Says who started it last.
pub fn set_user(tx: &Tx<'_>, job: JobId, user: Option<pipewright_model::UserId>) -> Result<()> {
    tx.execute_one("UPDATE jobs SET user_id = $1 WHERE id = $2", params![user, job], "job")
}

/// When its artifacts may be deleted; `None` never.
pub fn set_artifacts_expiry(tx: &Tx<'_>, job: JobId, expires_at: Option<Timestamp>) -> Result<()> {
    tx.execute_one("UPDATE jobs SET artifacts_expire_at = $1 WHERE id = $2", params![expires_at, job], "job")
}

/// Says which pipeline a bridge started.
pub fn set_downstream(tx: &Tx<'_>, bridge: JobId, pipeline: PipelineId) -> Result<()> {
    tx.execute_one("UPDATE jobs SET downstream_pipeline_id = $1 WHERE id = $2", params![pipeline, bridge], "job")
}
