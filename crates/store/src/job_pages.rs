//! Pages of job lists. They are cut on ids alone, along an index, and only then joined.

use crate::filter::{COUNT_LIMIT, Filter, Listed, Page, contains};
use crate::{Result, jobs, tx::Tx, value::params};
use pipewright_model::{Job, JobId, JobKind, PipelineId, ProjectId, RunnerId, Status, Timestamp};

/// A search that finds more names than this reads the list itself: its jobs are not far to seek.
const MOST_NAMES: i64 = 64;
/// Jobs changed in a time that are fewer than this are sorted by id after they were found; more are met soon
/// enough on the way through the list.
const FEW_CHANGED: i64 = 1000;

/// Which jobs to list.
#[derive(Clone, Debug)]
pub struct JobFilter {
    /// Jobs or bridges.
    pub kind: JobKind,
    /// In one of these statuses; empty for all.
    pub scope: Vec<Status>,
    /// Of this branch or tag only.
    pub ref_name: Option<String>,
    /// Replaced attempts too.
    pub retried: bool,
    /// Of this name.
    pub name: Option<String>,
    /// The name contains it, in upper or lower case.
    pub search: Option<String>,
    /// Of this stage.
    pub stage: Option<String>,
    /// Taken by this runner.
    pub runner: Option<RunnerId>,
    /// Changed at this time or later.
    pub updated_after: Option<Timestamp>,
    /// Changed at this time or before.
    pub updated_before: Option<Timestamp>,
}

impl JobFilter {
    /// All jobs, or all bridges, replaced attempts included.
    pub fn all(kind: JobKind) -> Self {
        Self {
            kind,
            scope: Vec::new(),
            ref_name: None,
            retried: true,
            name: None,
            search: None,
            stage: None,
            runner: None,
            updated_after: None,
            updated_before: None,
        }
    }
}

/// Where a part of a list, the newest first, begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// After that many rows.
    Offset(i64),
    /// With the first row older than this.
    OlderThan(JobId),
    /// So that it ends with the last row newer than this.
    NewerThan(JobId),
}

/// A project's jobs, the newest first, at most `limit`.
pub fn of_project(tx: &Tx<'_>, project: ProjectId, wanted: &JobFilter, start: Start, limit: i64) -> Result<Vec<Job>> {
    let mut filter = Filter::default();
    filter.and("j.project_id = ?", [project.into()]);
    if let Some(search) = &wanted.search {
        let names = names_like(tx, project, wanted.kind, search)?;
        if names.len() as i64 <= MOST_NAMES {
            return of_names(tx, &filter, wanted, &names, start, limit);
        }
        filter.and("lower(j.name) LIKE ? ESCAPE '\\'", [contains(search)]);
    }
    narrow(&mut filter, wanted);
    let index = index_for(tx, project, wanted)?;
    begin(&mut filter, start, limit);
    page(tx, &filter, &index)
}

/// A pipeline's jobs, the newest first, and how many there are.
pub fn of_pipeline(tx: &Tx<'_>, pipeline: PipelineId, wanted: &JobFilter, part: Page) -> Result<Listed<Job>> {
    let mut filter = of_one_pipeline(pipeline, wanted);
    let total = count(tx, &filter)?;
    filter.push(" ORDER BY j.id DESC", []);
    filter.page(part);
    Ok(Listed { items: page(tx, &filter, "")?, total })
}

/// A pipeline's jobs, the newest first, at most `limit`.
pub fn of_pipeline_from(
    tx: &Tx<'_>,
    pipeline: PipelineId,
    wanted: &JobFilter,
    start: Start,
    limit: i64,
) -> Result<Vec<Job>> {
    let mut filter = of_one_pipeline(pipeline, wanted);
    begin(&mut filter, start, limit);
    page(tx, &filter, "")
}

fn of_one_pipeline(pipeline: PipelineId, wanted: &JobFilter) -> Filter {
    let mut filter = Filter::default();
    filter.and("j.pipeline_id = ?", [pipeline.into()]);
    if let Some(search) = &wanted.search {
        filter.and("lower(j.name) LIKE ? ESCAPE '\\'", [contains(search)]);
    }
    narrow(&mut filter, wanted);
    filter
}

/// Every condition but the search, which is met in more than one way.
fn narrow(filter: &mut Filter, wanted: &JobFilter) {
    filter.and("j.kind = ?", [wanted.kind.into()]);
    if !wanted.retried {
        filter.and("j.retried = 0", []);
    }
    if !wanted.scope.is_empty() {
        filter.and_in("j.status", wanted.scope.iter().copied());
    }
    if let Some(name) = &wanted.ref_name {
        filter.and("j.ref = ?", [name.into()]);
    }
    if let Some(name) = &wanted.name {
        filter.and("j.name = ?", [name.into()]);
    }
    if let Some(stage) = &wanted.stage {
        filter.and("j.stage = ?", [stage.into()]);
    }
    if let Some(runner) = wanted.runner {
        filter.and("j.runner_id = ?", [runner.into()]);
    }
    changed(filter, wanted);
}

fn changed(filter: &mut Filter, wanted: &JobFilter) {
    if let Some(time) = wanted.updated_after {
        filter.and("j.updated_at >= ?", [time.into()]);
    }
    if let Some(time) = wanted.updated_before {
        filter.and("j.updated_at <= ?", [time.into()]);
    }
}

/// Ends the filter with the order and the part of the list.
fn begin(filter: &mut Filter, start: Start, limit: i64) {
    match start {
        Start::Offset(offset) => filter.push(" ORDER BY j.id DESC LIMIT ? OFFSET ?", [limit.into(), offset.into()]),
        Start::OlderThan(id) => {
            filter.and("j.id < ?", [id.into()]);
            filter.push(" ORDER BY j.id DESC LIMIT ?", [limit.into()]);
        }
        Start::NewerThan(id) => {
            filter.and("j.id > ?", [id.into()]);
            filter.push(" ORDER BY j.id LIMIT ?", [limit.into()]);
        }
    }
}

/// The index SQLite must go along where it would choose a longer way for want of statistics.
fn index_for(tx: &Tx<'_>, project: ProjectId, wanted: &JobFilter) -> Result<String> {
    if wanted.name.is_some() || wanted.stage.is_some() {
        return Ok(String::new());
    }
    if wanted.runner.is_some() {
        return Ok(tx.dialect().along("jobs_runner"));
    }
    if wanted.updated_after.is_none() && wanted.updated_before.is_none() {
        return Ok(String::new());
    }
    let mut filter = Filter::default();
    filter.and("j.project_id = ? AND j.kind = ?", [project.into(), wanted.kind.into()]);
    changed(&mut filter, wanted);
    filter.push(" LIMIT ?", [(FEW_CHANGED + 1).into()]);
    let index = tx.dialect().along("jobs_project_updated");
    let sql = format!("SELECT count(*) FROM (SELECT 1 AS one FROM jobs j{index}{}) AS found", filter.text());
    let found: i64 = tx.query_one(&sql, filter.values(), |row| row.get(0))?;
    Ok(if found <= FEW_CHANGED { index } else { String::new() })
}

/// Names of a project's jobs that contain the text: [`MOST_NAMES`] and one more at most. Steps from one name to
/// the next, however many jobs bear it.
fn names_like(tx: &Tx<'_>, project: ProjectId, kind: JobKind, search: &str) -> Result<Vec<String>> {
    tx.query(
        "WITH RECURSIVE names (name) AS ( \
         SELECT MIN(name) FROM jobs WHERE project_id = $1 AND kind = $2 \
         UNION ALL \
         SELECT (SELECT MIN(j.name) FROM jobs j WHERE j.project_id = $1 AND j.kind = $2 AND j.name > names.name) \
         FROM names WHERE names.name IS NOT NULL) \
         SELECT name FROM names WHERE name IS NOT NULL AND lower(name) LIKE $3 ESCAPE '\\' LIMIT $4",
        params![project, kind, contains(search), MOST_NAMES + 1],
        |row| row.get(0),
    )
}

/// Jobs of any of these names: the first of each, put in one order.
fn of_names(
    tx: &Tx<'_>,
    base: &Filter,
    wanted: &JobFilter,
    names: &[String],
    start: Start,
    limit: i64,
) -> Result<Vec<Job>> {
    let (skip, reach) = match start {
        Start::Offset(offset) => (offset as usize, Start::Offset(0)),
        other => (0, other),
    };
    let enough = limit.saturating_add(skip as i64);
    let mut ids: Vec<JobId> = Vec::new();
    for name in names {
        let mut filter = base.clone();
        let one = JobFilter { name: Some(name.clone()), ..wanted.clone() };
        narrow(&mut filter, &one);
        if wanted.name.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        begin(&mut filter, reach, enough);
        ids.extend(
            tx.query(&format!("SELECT j.id FROM jobs j{}", filter.text()), filter.values(), |row| row.get::<JobId>(0))?,
        );
    }
    ids.sort_unstable();
    if !matches!(start, Start::NewerThan(_)) {
        ids.reverse();
    }
    let ids: Vec<JobId> = ids.into_iter().skip(skip).take(limit as usize).collect();
    let mut filter = Filter::default();
    filter.and_in("j.id", ids);
    page(tx, &filter, "")
}

fn count(tx: &Tx<'_>, filter: &Filter) -> Result<i64> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 AS one FROM jobs j{} LIMIT {}) AS counted",
        filter.text(),
        COUNT_LIMIT + 1
    );
    tx.query_one(&sql, filter.values(), |row| row.get(0))
}

fn page(tx: &Tx<'_>, filter: &Filter, index: &str) -> Result<Vec<Job>> {
    let sql = format!(
        "SELECT {} FROM (SELECT j.id FROM jobs j{index}{}) AS page JOIN jobs ON jobs.id = page.id",
        jobs::COLUMNS,
        filter.text()
    );
    // Sorted here: the database would put whole rows aside to sort them.
    let mut found = tx.query(&sql, filter.values(), jobs::read)?;
    found.sort_unstable_by_key(|job| std::cmp::Reverse(job.id));
    Ok(found)
}
