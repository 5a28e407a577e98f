//! Lists of jobs.

use super::JobPage;
use crate::access::{self, Ability, ProjectRef};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{JobKind, PipelineId, RunnerId, Status, Timestamp};
use pipewright_store::job_pages::{self, JobFilter, Start};
use pipewright_store::{Page, pipelines};

/// What a caller wants of a list.
#[derive(Clone, Debug, Default)]
pub struct JobQuery {
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

impl JobQuery {
    fn filter(self, kind: JobKind) -> JobFilter {
        JobFilter {
            kind,
            scope: self.scope,
            ref_name: self.ref_name,
            retried: self.retried,
            name: self.name,
            search: self.search,
            stage: self.stage,
            runner: self.runner,
            updated_after: self.updated_after,
            updated_before: self.updated_before,
        }
    }
}

/// Which part of a pipeline's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A page by number; the list is counted.
    Page(Page),
    /// That many rows from a place on.
    From(Start, i64),
}

impl Engine {
    /// Jobs of a project, the newest first, at most `limit` (Jobs API contract §5.1).
    pub async fn project_jobs(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        query: JobQuery,
        start: Start,
        limit: i64,
    ) -> Result<JobPage> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.moment());
        let filter = query.filter(JobKind::Build);
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::ReadJobs)?;
                let jobs = job_pages::of_project(tx, project.id, &filter, start, limit)?;
                JobPage::read(tx, project, jobs, now)
            })
            .await
    }

    /// Jobs or bridges of a pipeline, the newest first, and how many there are in all where they were counted
    /// (§5.2, §5.3).
    pub async fn pipeline_jobs(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        pipeline: PipelineId,
        kind: JobKind,
        query: JobQuery,
        part: Part,
    ) -> Result<(JobPage, Option<i64>)> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.moment());
        let filter = query.filter(kind);
        self.db
            .read(move |tx| {
                let standing = access::standing(tx, &caller, &project)?;
                let bridges = kind == JobKind::Bridge;
                standing.require(if bridges { Ability::ReadJobs } else { Ability::ReadPipelines })?;
                let found = pipelines::get(tx, pipeline)?.filter(|found| found.project_id == standing.project.id);
                found.ok_or_else(Error::record)?;
                // Who reads pipelines but not jobs sees a pipeline without any (§3.2).
                if !standing.can(Ability::ReadJobs) {
                    return Ok((JobPage::read(tx, standing.project, Vec::new(), now)?, Some(0)));
                }
                let (jobs, total) = match part {
                    Part::Page(page) => {
                        let found = job_pages::of_pipeline(tx, pipeline, &filter, page)?;
                        (found.items, Some(found.total))
                    }
                    Part::From(start, limit) => {
                        (job_pages::of_pipeline_from(tx, pipeline, &filter, start, limit)?, None)
                    }
                };
                Ok((JobPage::read(tx, standing.project, jobs, now)?, total))
            })
            .await
    }
}
