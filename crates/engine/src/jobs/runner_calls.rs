//! A runner's calls about a job it has: whose token it is, and whether the job still runs
//! (runner protocol §6.2).

use crate::secrets::digest;
use crate::{Engine, Error, Result};
use pipewright_model::{Job, JobId, Status, TokenDigest};
use pipewright_store::{Tx, jobs, projects};

/// What a call about a job met.
#[derive(Clone, Debug, PartialEq)]
pub enum Met<T> {
    /// The job runs (or is being canceled): the call was dealt with.
    Running(T),
    /// The job is over: 403 with this `Job-Status`, and nothing was stored.
    Over(Status),
}

/// The job of a token, if it is the one of the address. There is no 404 here on purpose.
pub(super) fn find(tx: &Tx<'_>, id: JobId, token: &TokenDigest) -> Result<Met<Job>> {
    let job = jobs::by_token(tx, token)?.filter(|job| job.id == id).ok_or(Error::Forbidden(None))?;
    if projects::by_id(tx, job.project_id)?.is_none() {
        return Err(Error::forbidden_because("Project has been deleted!"));
    }
    if job.erased_at.is_some() {
        return Err(Error::forbidden_because("Job has been erased!"));
    }
    Ok(if job.status.is_executing() { Met::Running(job) } else { Met::Over(job.status) })
}

impl Engine {
    /// The running job of a token, before its call is dealt with (an upload's first bytes).
    pub async fn met_job(&self, id: JobId, token: &str) -> Result<Met<Job>> {
        let digest = digest(token);
        self.db.read(move |tx| find(tx, id, &digest)).await
    }
}
