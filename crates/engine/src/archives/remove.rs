//! Deleting artifacts, a job's or all of a project's (Jobs API contract §7.6, §7.7).

use crate::access::{self, Ability, ProjectRef};
use crate::reading::find;
use crate::{Caller, Engine, Result};
use pipewright_model::JobId;
use pipewright_store::{artifacts, blob_deletions, job_lists};

/// Jobs whose artifacts are marked in one transaction.
const BATCH: i64 = 500;

impl Engine {
    /// Deletes every artifact of a job but its log; also where there is none.
    pub async fn delete_artifacts(&self, caller: &Caller, project: &ProjectRef, id: JobId) -> Result<()> {
        let (caller, project) = (caller.clone(), project.clone());
        let keys = self
            .db
            .write(move |tx| {
                let standing = access::standing(tx, &caller, &project)?;
                standing.require(Ability::MaintainJobs)?;
                find(tx, &standing, id)?;
                let mut keys = Vec::new();
                for artifact in artifacts::of_job(tx, id)?.into_iter().filter(|file| file.file_type != "trace") {
                    artifacts::delete(tx, artifact.id)?;
                    blob_deletions::insert(tx, &artifact.blob_key)?;
                    keys.push(artifact.blob_key);
                }
                Ok::<_, crate::Error>(keys)
            })
            .await?;
        self.delete_blobs(keys).await;
        Ok(())
    }

    /// Lets all artifacts of a project expire now, but for logs and what the newest successful pipeline
    /// of each ref keeps.
    pub async fn expire_project_artifacts(&self, caller: &Caller, project: &ProjectRef) -> Result<()> {
        let mut after = JobId(0);
        loop {
            let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
            let last = self
                .db
                .write(move |tx| {
                    let project = access::find_project(tx, &caller, &project, Ability::MaintainJobs)?;
                    let keeps = project.settings.keep_latest_artifact;
                    Ok::<_, crate::Error>(job_lists::expire(tx, project.id, keeps, after, BATCH, now)?)
                })
                .await?;
            match last {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }

    /// Deletes bytes no row names any more. What fails stays listed and is tried again later.
    async fn delete_blobs(&self, keys: Vec<String>) {
        for key in keys {
            match self.blobs.delete(&key).await {
                Ok(()) => {
                    let forgotten = self.db.write(move |tx| blob_deletions::remove(tx, &key)).await;
                    if let Err(error) = forgotten {
                        tracing::warn!(%error, "a deleted artifact stays listed for deletion");
                    }
                }
                Err(error) => tracing::warn!(%error, key, "an artifact could not be deleted yet"),
            }
        }
    }
}
