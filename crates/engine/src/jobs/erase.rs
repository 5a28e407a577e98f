//! Log and artifacts of an ended job are erased (Jobs API contract §6.5, §10.5).

use super::cancel::of_project;
use super::play::{check_age, check_ref};
use crate::access::{Ability, ProjectRef, Standing, is_protected, standing};
use crate::bells::Event;
use crate::instance;
use crate::pipelines::process::refused;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{AccessLevel, Job, JobId};
use pipewright_pipeline::operations::{Facts, erasable};
use pipewright_store::{Tx, artifacts, blob_deletions, jobs, projects, traces};

impl Engine {
    /// Erases a job's log and all of its artifacts; the job stays.
    pub async fn erase_job(&self, caller: &Caller, project: &ProjectRef, id: JobId) -> Result<Job> {
        let (caller, project, at) = (caller.clone(), project.clone(), self.moment());
        let job = self
            .db
            .write(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                let mut job = of_project(tx, standing.project.id, id)?;
                standing.require(Ability::UpdateJobs)?;
                check_ref(tx, &caller, &standing.project, &job)?;
                check_age(&job, at)?;
                check_owner(tx, &caller, &standing, &job)?;
                let trace = traces::get(tx, id)?;
                let files = artifacts::of_job(tx, id)?;
                let has_data = !files.is_empty() || trace.is_some();
                let facts = Facts { status: job.status, when: job.when, retried: false, archived: false, has_data };
                erasable(&facts).map_err(refused)?;
                forget_files(tx, id, true)?;
                job.erased_at = Some(at.now);
                job.erased_by = caller.user().map(|user| user.id);
                job.artifacts_expire_at = None;
                jobs::save(tx, &job, job.status)?;
                Ok::<_, Error>(job)
            })
            .await?;
        // Who deletes bytes listens to jobs, and so does who follows the log.
        self.bells.ring(Event::Job(id));
        Ok(job)
    }
}

/// Below maintainers, only one's own job may be erased, and only if its ref is not protected at all
/// (Jobs API contract §3.3, §3.4).
fn check_owner(tx: &Tx<'_>, caller: &Caller, standing: &Standing, job: &Job) -> Result<()> {
    let own = caller.user().map(|user| user.id) == job.user_id;
    let allowed = standing.role >= AccessLevel::Maintainer
        || (own && !is_protected(tx, standing.project.id, &job.ref_name, job.tag)?);
    if allowed { Ok(()) } else { Err(Error::forbidden()) }
}

/// Rows go, their bytes are listed for deletion; with `log` the log goes too.
pub(crate) fn forget_files(tx: &Tx<'_>, job: JobId, log: bool) -> Result<()> {
    for artifact in artifacts::of_job(tx, job)? {
        if artifact.file_type != "trace" || log {
            blob_deletions::insert(tx, &artifact.blob_key)?;
            artifacts::delete(tx, artifact.id)?;
        }
    }
    jobs::replace_outputs(tx, job, &[])?;
    if log {
        if let Some(key) = traces::get(tx, job)?.and_then(|trace| trace.blob_key) {
            blob_deletions::insert(tx, &key)?;
        }
        traces::delete(tx, job)?;
    }
    Ok(())
}

/// Artifacts past their expiry go, but for those the newest successful pipeline of a ref keeps: these are
/// looked at again an hour later.
pub(super) fn expire(tx: &Tx<'_>, now: pipewright_model::Timestamp, limit: i64) -> Result<usize> {
    /// Seconds until a kept artifact is looked at again.
    const LATER: i64 = 3600;
    let due = artifacts::expired(tx, now, limit)?;
    for artifact in &due {
        let keeps = match projects::by_id(tx, artifact.project_id)? {
            Some(project) => instance::keeps_latest(tx, &project)?,
            None => false,
        };
        if artifact.file_type == "trace" {
            artifacts::set_expiry_of(tx, artifact.id, None)?;
        } else if keeps && artifacts::is_of_latest_success(tx, artifact.job_id)? {
            artifacts::set_expiry_of(tx, artifact.id, Some(now.plus_seconds(LATER)))?;
        } else {
            blob_deletions::insert(tx, &artifact.blob_key)?;
            artifacts::delete(tx, artifact.id)?;
        }
    }
    Ok(due.len())
}
