//! One job.

use super::JobPage;
use crate::access::{self, Ability, ProjectRef, Standing};
use crate::{Caller, Engine, Error, JobCaller, Result};
use pipewright_model::{Job, JobId, JobKind, Project};
use pipewright_store::{Tx, jobs, projects};

impl Engine {
    /// One job of a project; bridges and other projects' jobs are not found (Jobs API contract §6.1).
    pub async fn job(&self, caller: &Caller, project: &ProjectRef, id: JobId) -> Result<JobPage> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.moment());
        self.db
            .read(move |tx| {
                let standing = access::standing(tx, &caller, &project)?;
                standing.require(Ability::ReadJobs)?;
                let job = find(tx, &standing, id)?;
                JobPage::read(tx, standing.project, vec![job], now)
            })
            .await
    }

    /// The job whose token the caller showed (§8.1).
    pub async fn own_job(&self, caller: &JobCaller) -> Result<JobPage> {
        let (project, job) = (caller.project_id, caller.job_id);
        self.show(project, job).await
    }

    /// A job with all it shows, for a caller who was let at it already.
    pub async fn show(&self, project: pipewright_model::ProjectId, id: JobId) -> Result<JobPage> {
        let now = self.moment();
        self.db
            .read(move |tx| {
                let project: Project = projects::by_id(tx, project)?.ok_or_else(|| Error::missing("Project"))?;
                let job = jobs::get(tx, id)?.ok_or_else(Error::record)?;
                JobPage::read(tx, project, vec![job], now)
            })
            .await
    }
}

/// A job (no bridge) of the project, or `404 Not found`.
pub(crate) fn find(tx: &Tx<'_>, standing: &Standing, id: JobId) -> Result<Job> {
    let job = jobs::get(tx, id)?.filter(|job| job.project_id == standing.project.id);
    job.filter(|job| job.kind == JobKind::Build).ok_or_else(Error::record)
}
