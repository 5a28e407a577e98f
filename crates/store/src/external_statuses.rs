//! Statuses of commits: the jobs of all their pipelines, and those reported from outside
//! ([`pipewright_model::JobKind::Status`]) with what is said of them beside.

use crate::filter::{Filter, Listed, Page};
use crate::{Result, Tx, jobs, users::count, value::params};
use pipewright_model::{Job, JobId, PipelineId, ProjectId, UserId};

/// What was said of a status from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Where more is to be seen.
    pub target_url: Option<String>,
    /// In short.
    pub description: Option<String>,
}

/// Which statuses of a commit to list.
#[derive(Clone, Debug, Default)]
pub struct StatusFilter {
    /// Of this ref.
    pub ref_name: Option<String>,
    /// Of this stage.
    pub stage: Option<String>,
    /// Of this name.
    pub name: Option<String>,
    /// Of this pipeline.
    pub pipeline_id: Option<PipelineId>,
    /// Replaced ones too.
    pub all: bool,
    /// By pipeline, then by id; else by id alone.
    pub by_pipeline: bool,
    /// The largest first.
    pub descending: bool,
}

/// Jobs, bridges and outside statuses of a commit's pipelines.
pub fn of_commit(
    tx: &Tx<'_>,
    project: ProjectId,
    sha: &str,
    wanted: &StatusFilter,
    page: Page,
) -> Result<Listed<(Job, Remarks)>> {
    let mut filter = Filter::default();
    filter.and(
        "jobs.pipeline_id IN (SELECT id FROM pipelines WHERE project_id = ? AND sha = ?)",
        [project.into(), sha.into()],
    );
    if let Some(id) = wanted.pipeline_id {
        filter.and("jobs.pipeline_id = ?", [id.into()]);
    }
    for (column, text) in [("jobs.ref", &wanted.ref_name), ("jobs.stage", &wanted.stage), ("jobs.name", &wanted.name)] {
        if let Some(text) = text {
            filter.and(&format!("{column} = ?"), [text.into()]);
        }
    }
    if !wanted.all {
        filter.and("jobs.retried = 0", []);
    }
    let total = count(tx, "jobs", &filter)?;
    let direction = if wanted.descending { "DESC" } else { "ASC" };
    let first = if wanted.by_pipeline { format!("jobs.pipeline_id {direction}, ") } else { String::new() };
    filter.push(&format!(" ORDER BY {first}jobs.id {direction}"), []);
    filter.page(page);
    let text = format!("SELECT {} FROM jobs{}", jobs::COLUMNS, filter.text());
    let found = tx.query(&text, filter.values(), jobs::read)?;
    let items = found.into_iter().map(|job| Ok((remarks(tx, job.id)?, job))).map(|pair| pair.map(|(a, b)| (b, a)));
    Ok(Listed { items: items.collect::<Result<Vec<_>>>()?, total })
}

/// The status of that name a user reported of a pipeline, if it has not ended.
pub fn unfinished(tx: &Tx<'_>, pipeline: PipelineId, name: &str, user: UserId) -> Result<Option<Job>> {
    let text = format!(
        "SELECT {} FROM jobs WHERE jobs.pipeline_id = $1 AND jobs.kind = 'status' AND jobs.name = $2 \
         AND jobs.user_id = $3 AND jobs.status IN ('pending', 'running') ORDER BY jobs.id",
        jobs::COLUMNS
    );
    tx.query_opt(&text, params![pipeline, name, user], jobs::read)
}

/// What was said of a status.
pub fn remarks(tx: &Tx<'_>, job: JobId) -> Result<Remarks> {
    let found =
        tx.query_opt("SELECT target_url, description FROM external_statuses WHERE job_id = $1", params![job], |row| {
            Ok(Remarks { target_url: row.get(0)?, description: row.get(1)? })
        })?;
    Ok(found.unwrap_or_default())
}

/// Says it; what is left out stays as it was.
pub fn remark(tx: &Tx<'_>, job: JobId, said: &Remarks) -> Result<()> {
    tx.execute(
        "INSERT INTO external_statuses (job_id, target_url, description) VALUES ($1, $2, $3) \
         ON CONFLICT (job_id) DO UPDATE SET \
         target_url = COALESCE(excluded.target_url, external_statuses.target_url), \
         description = COALESCE(excluded.description, external_statuses.description)",
        params![job, said.target_url.as_deref(), said.description.as_deref()],
    )?;
    Ok(())
}
