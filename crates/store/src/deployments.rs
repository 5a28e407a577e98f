//! Deployments: what was brought to an environment, by which job, and how it went.

use crate::filter::Filter;
use crate::{Listed, Page, Result, row::Row, tx::Tx, value::params};
use pipewright_model::{DeploymentId, EnvironmentId, JobId, PipelineId, ProjectId, Timestamp, UserId};

/// A deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Unique id.
    pub id: DeploymentId,
    /// Number within the project.
    pub iid: i64,
    /// Whose.
    pub project_id: ProjectId,
    /// Where to.
    pub environment_id: EnvironmentId,
    /// The job that did it; `None` if somebody else did and told of it, or if the job was deleted.
    pub job_id: Option<JobId>,
    /// Who started it.
    pub user_id: Option<UserId>,
    /// Branch or tag.
    pub ref_name: String,
    /// The ref is a tag.
    pub tag: bool,
    /// The commit.
    pub sha: String,
    /// `created`, `running`, `success`, `failed`, `canceled`, `skipped`.
    pub status: String,
    /// The job that stops what this one started.
    pub on_stop: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, iid, project_id, environment_id, job_id, user_id, ref, tag, sha, status, on_stop, \
    created_at, updated_at, finished_at";

fn read(row: &Row<'_>) -> Result<Deployment> {
    Ok(Deployment {
        id: row.get(0)?,
        iid: row.get(1)?,
        project_id: row.get(2)?,
        environment_id: row.get(3)?,
        job_id: row.get(4)?,
        user_id: row.get(5)?,
        ref_name: row.get(6)?,
        tag: row.get(7)?,
        sha: row.get(8)?,
        status: row.get(9)?,
        on_stop: row.get(10)?,
        created_at: row.get(11)?,
        updated_at: row.get(12)?,
        finished_at: row.get(13)?,
    })
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeploymentOrder {
    /// By id.
    #[default]
    Id,
    /// By number within the project.
    Iid,
    /// By the time they were made.
    CreatedAt,
    /// By their last change.
    UpdatedAt,
    /// By the time they ended.
    FinishedAt,
    /// By branch or tag.
    Ref,
}

/// Which deployments of a project, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeploymentFilter {
    /// To the environment of exactly that name.
    pub environment: Option<String>,
    /// In that status.
    pub status: Option<String>,
    /// Changed at that time or later.
    pub updated_after: Option<Timestamp>,
    /// Changed at that time or before.
    pub updated_before: Option<Timestamp>,
    /// Ended at that time or later.
    pub finished_after: Option<Timestamp>,
    /// Ended at that time or before.
    pub finished_before: Option<Timestamp>,
    /// The order.
    pub order: DeploymentOrder,
    /// The last first.
    pub descending: bool,
}

/// A project's deployments that pass.
pub fn list(tx: &Tx<'_>, project: ProjectId, wanted: &DeploymentFilter, page: Page) -> Result<Listed<Deployment>> {
    let mut filter = Filter::default();
    filter.and("project_id = ?", [project.into()]);
    if let Some(name) = &wanted.environment {
        let condition = "environment_id IN (SELECT e.id FROM environments e WHERE e.project_id = ? AND e.name = ?)";
        filter.and(condition, [project.into(), name.as_str().into()]);
    }
    if let Some(status) = &wanted.status {
        filter.and("status = ?", [status.as_str().into()]);
    }
    let times = [
        ("updated_at >= ?", wanted.updated_after),
        ("updated_at <= ?", wanted.updated_before),
        ("finished_at >= ?", wanted.finished_after),
        ("finished_at <= ?", wanted.finished_before),
    ];
    for (condition, time) in times {
        if let Some(time) = time {
            filter.and(condition, [time.into()]);
        }
    }
    let total =
        tx.query_one(&format!("SELECT COUNT(*) FROM deployments{}", filter.text()), filter.values(), |row| row.get(0))?;
    let column = match wanted.order {
        DeploymentOrder::Id => "id",
        DeploymentOrder::Iid => "iid",
        DeploymentOrder::CreatedAt => "created_at",
        DeploymentOrder::UpdatedAt => "updated_at",
        DeploymentOrder::FinishedAt => "finished_at",
        DeploymentOrder::Ref => "ref",
    };
    let way = if wanted.descending { "DESC" } else { "ASC" };
    filter.push(&format!(" ORDER BY {column} {way}, id {way}"), []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS} FROM deployments{}", filter.text());
    Ok(Listed { items: tx.query(&text, filter.values(), read)?, total })
}

/// One by its id.
pub fn get(tx: &Tx<'_>, id: DeploymentId) -> Result<Option<Deployment>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM deployments WHERE id = $1"), params![id], read)
}

/// A job's own.
pub fn of_job(tx: &Tx<'_>, job: JobId) -> Result<Option<Deployment>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM deployments WHERE job_id = $1"), params![job], read)
}

/// The newest one to an environment that went well.
pub fn last_success(tx: &Tx<'_>, environment: EnvironmentId) -> Result<Option<Deployment>> {
    tx.query_opt(
        &format!(
            "SELECT {COLUMNS} FROM deployments WHERE environment_id = $1 AND status = 'success' ORDER BY id DESC LIMIT 1"
        ),
        params![environment],
        read,
    )
}

/// Those to an environment that went well in one pipeline, in the order they were made.
pub fn successes_of_pipeline(tx: &Tx<'_>, environment: EnvironmentId, pipeline: PipelineId) -> Result<Vec<Deployment>> {
    tx.query(
        &format!(
            "SELECT {COLUMNS} FROM deployments WHERE environment_id = $1 AND status = 'success' \
             AND job_id IN (SELECT j.id FROM jobs j WHERE j.pipeline_id = $2) ORDER BY id"
        ),
        params![environment, pipeline],
        read,
    )
}

/// Makes a row; the record's own `id` and `iid` are not looked at.
pub fn insert(tx: &Tx<'_>, new: &Deployment) -> Result<Deployment> {
    let iid: i64 = tx.query_one(
        "UPDATE projects SET next_deployment_iid = next_deployment_iid + 1 WHERE id = $1 \
         RETURNING next_deployment_iid - 1",
        params![new.project_id],
        |row| row.get(0),
    )?;
    tx.query_one(
        &format!(
            "INSERT INTO deployments (iid, project_id, environment_id, job_id, user_id, ref, tag, sha, status, \
             on_stop, created_at, updated_at, finished_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, \
             $12, $13) RETURNING {COLUMNS}"
        ),
        params![
            iid,
            new.project_id,
            new.environment_id,
            new.job_id,
            new.user_id,
            &new.ref_name,
            new.tag,
            &new.sha,
            &new.status,
            new.on_stop.as_deref(),
            new.created_at,
            new.updated_at,
            new.finished_at
        ],
        read,
    )
}

/// Notes where a deployment stands, and who started it last.
pub fn set_status(tx: &Tx<'_>, id: DeploymentId, status: &str, user: Option<UserId>, now: Timestamp) -> Result<()> {
    let ended = matches!(status, "success" | "failed" | "canceled" | "skipped").then_some(now);
    tx.execute_one(
        "UPDATE deployments SET status = $1, user_id = $2, updated_at = $3, finished_at = $4 WHERE id = $5",
        params![status, user, now, ended, id],
        "deployment",
    )
}

/// Removes one.
pub fn delete(tx: &Tx<'_>, id: DeploymentId) -> Result<()> {
    tx.execute_one("DELETE FROM deployments WHERE id = $1", params![id], "deployment")
}
