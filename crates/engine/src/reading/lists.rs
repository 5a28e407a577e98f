//! Lists of jobs.

use super::JobPage;
use crate::access::{self, Ability, ProjectRef};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{JobKind, PipelineId, Status};
use pipewright_store::job_lists::{self, JobFilter, Start};
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
}

impl JobQuery {
    fn filter(self, kind: JobKind) -> JobFilter {
        JobFilter { kind, scope: self.scope, ref_name: self.ref_name, retried: self.retried }
    }
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
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        let filter = query.filter(JobKind::Build);
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::ReadJobs)?;
                let jobs = job_lists::of_project(tx, project.id, &filter, start, limit)?;
                JobPage::read(tx, project, jobs, now)
            })
            .await
    }

    /// Jobs or bridges of a pipeline, the newest first, and how many there are in all (§5.2, §5.3).
    pub async fn pipeline_jobs(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        pipeline: PipelineId,
        kind: JobKind,
        query: JobQuery,
        page: Page,
    ) -> Result<(JobPage, i64)> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
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
                    return Ok((JobPage::read(tx, standing.project, Vec::new(), now)?, 0));
                }
                let found = job_lists::of_pipeline(tx, pipeline, &filter, page)?;
                Ok((JobPage::read(tx, standing.project, found.items, now)?, found.total))
            })
            .await
    }
}
