//! Keeping a job's artifacts for good (Jobs API contract §7.5).

use crate::access::{self, Ability, ProjectRef};
use crate::reading::{JobPage, find};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::JobId;
use pipewright_store::{artifacts, jobs};

impl Engine {
    /// Takes the expiry off a job and its artifacts.
    pub async fn keep_artifacts(&self, caller: &Caller, project: &ProjectRef, id: JobId) -> Result<JobPage> {
        let (caller, project, at) = (caller.clone(), project.clone(), self.moment());
        self.db
            .write(move |tx| {
                let user = caller.require_user()?;
                let standing = access::standing(tx, &caller, &project)?;
                let mut job = find(tx, &standing, id)?;
                standing.require(Ability::UpdateJobs)?;
                let open = access::may_update_job_ref(tx, user, &standing.project, &job.ref_name, job.tag)?;
                if !open || at.archives(&job) {
                    return Err(Error::forbidden());
                }
                let archive = artifacts::of_type(tx, id, "archive")?;
                let kept = archive.is_some_and(|archive| archive.expires_at.is_none_or(|end| end > at.now));
                if !kept {
                    return Err(Error::file());
                }
                artifacts::set_expiry(tx, id, None)?;
                job.artifacts_expire_at = None;
                let status = job.status;
                jobs::save(tx, &job, status)?;
                JobPage::read(tx, standing.project, vec![job], at)
            })
            .await
    }
}
