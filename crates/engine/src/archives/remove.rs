//! Deleting a job's artifacts (Jobs API contract §7.6).

use crate::access::{self, Ability, ProjectRef};
use crate::jobs::erase::forget_files;
use crate::reading::find;
use crate::{Caller, Engine, Result};
use pipewright_model::JobId;

impl Engine {
    /// Deletes every artifact of a job but its log; also where there is none.
    pub async fn delete_artifacts(&self, caller: &Caller, project: &ProjectRef, id: JobId) -> Result<()> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .write(move |tx| {
                let standing = access::standing(tx, &caller, &project)?;
                standing.require(Ability::MaintainJobs)?;
                find(tx, &standing, id)?;
                forget_files(tx, id, false)
            })
            .await?;
        self.bells.ring_work();
        Ok(())
    }
}
