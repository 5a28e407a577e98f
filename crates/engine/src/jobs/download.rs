//! `GET /jobs/:id/artifacts`: a running job fetches what an earlier one left (runner protocol §8.5).

use crate::access::{Ability, ProjectRef, standing};
use crate::archives::access::check;
use crate::{Caller, Engine, Error, Result};
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use pipewright_model::{JobId, JobKind};
use pipewright_store::{artifacts, jobs};

/// An archive on its way out.
pub struct ArchiveBytes {
    /// Name for the file.
    pub filename: String,
    /// Its length.
    pub size: u64,
    /// Its bytes.
    pub stream: BoxStream<'static, Result<Bytes>>,
}

impl Engine {
    /// The archive of a job, for a job that runs: 401 for a token that is no running job's, 403 where its
    /// user may not read that job or, in another project, not have its archive, 404 where there is none.
    pub async fn archive_for_job(&self, id: JobId, token: &str) -> Result<ArchiveBytes> {
        let caller = self.executing_job(token).await?.ok_or(Error::Unauthorized)?;
        let own = caller.project_id;
        let caller = Caller::Job(caller);
        let now = self.clock.now();
        let archive = self
            .db
            .read(move |tx| {
                let job = jobs::get(tx, id)?.filter(|job| job.kind == JobKind::Build).ok_or_else(Error::file)?;
                let standing = standing(tx, &caller, &ProjectRef::Id(job.project_id))?;
                standing.require(Ability::ReadJobs)?;
                let archive = artifacts::of_type(tx, id, "archive")?.ok_or_else(Error::file)?;
                // Within a project archives go from job to job whoever else may have them.
                if job.project_id != own {
                    check(&standing, Some(&archive))?;
                }
                let expired = archive.expires_at.is_some_and(|at| at <= now);
                if expired && !artifacts::is_of_latest_success(tx, id)? {
                    return Err(Error::file());
                }
                Ok(archive)
            })
            .await?;
        let content = self.blobs.get_stream(&archive.blob_key, None).await?;
        Ok(ArchiveBytes {
            filename: archive.filename,
            size: content.size,
            stream: content.stream.map(|piece| piece.map_err(Error::from)).boxed(),
        })
    }
}
