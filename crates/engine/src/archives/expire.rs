//! Letting all artifacts of a project go (Jobs API contract §7.7).

use crate::access::{self, Ability, ProjectRef};
use crate::instance;
use crate::{Caller, Engine, Result};
use pipewright_model::JobId;
use pipewright_store::job_lists;

/// Jobs whose artifacts are marked in one transaction.
const BATCH: i64 = 500;

impl Engine {
    /// Lets all artifacts of a project expire now, but for logs and what the newest successful pipeline
    /// of each ref keeps. They are deleted as any that expire.
    pub async fn expire_project_artifacts(&self, caller: &Caller, project: &ProjectRef) -> Result<()> {
        let mut after = JobId(0);
        loop {
            let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
            let last = self
                .db
                .write(move |tx| {
                    let project = access::find_project(tx, &caller, &project, Ability::MaintainJobs)?;
                    let keeps = instance::keeps_latest(tx, &project)?;
                    Ok::<_, crate::Error>(job_lists::expire(tx, project.id, keeps, after, BATCH, now)?)
                })
                .await?;
            match last {
                Some(last) => after = last,
                None => break,
            }
        }
        self.bells.ring_work();
        Ok(())
    }
}
