//! Which archive is meant, by job or by ref.

use super::{FileBytes, access::check, directory, entry, source::Stored};
use crate::access::{self, Ability, ProjectRef, Standing};
use crate::instance;
use crate::reading::find;
use crate::{Caller, Engine, Error, Result};
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use pipewright_model::{Artifact, Job, JobId, Timestamp};
use pipewright_store::{Tx, artifacts, job_lists};
use sha2::{Digest, Sha256};
use std::ops::Range;

/// How many of a ref's newest successful pipelines are searched, where that is asked for.
const RECENT: i64 = 100;

/// An archive that may be downloaded.
#[derive(Clone, Debug)]
pub struct Archive {
    /// Name for the download.
    pub filename: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    pub(super) blob_key: String,
}

/// A job by the ref its pipeline ran for (Jobs API contract §7.2).
#[derive(Clone, Debug)]
pub struct ByRef {
    /// Branch or tag.
    pub ref_name: String,
    /// The job's name.
    pub job: String,
    /// Look at older successful pipelines too.
    pub search_recent: bool,
}

impl Engine {
    /// The archive of a job; expired ones are served as long as they are there (§7.1).
    pub async fn archive(&self, caller: &Caller, project: &ProjectRef, id: JobId) -> Result<Archive> {
        self.find_archive(caller, project, move |tx, standing| find(tx, standing, id), false)
            .await?
            .ok_or_else(Error::file)
    }

    /// The archive of the job a ref's newest successful pipeline has (§7.2).
    pub async fn archive_by_ref(&self, caller: &Caller, project: &ProjectRef, by: ByRef) -> Result<Archive> {
        self.find_archive(caller, project, move |tx, standing| search(tx, standing, &by), false)
            .await?
            .ok_or_else(Error::file)
    }

    /// One file of a job's archive; `None` where the archive has no such file (§7.3).
    pub async fn archive_file(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: JobId,
        path: Option<String>,
    ) -> Result<Option<FileBytes>> {
        let archive = self.find_archive(caller, project, move |tx, standing| find(tx, standing, id), true).await?;
        self.entry_of(&archive.ok_or_else(Error::file)?, path).await
    }

    /// The same by ref (§7.4); expiry does not matter.
    pub async fn archive_file_by_ref(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        by: ByRef,
        path: Option<String>,
    ) -> Result<Option<FileBytes>> {
        let archive = self.find_archive(caller, project, move |tx, standing| search(tx, standing, &by), false).await?;
        self.entry_of(&archive.ok_or_else(Error::file)?, path).await
    }

    /// Bytes of an archive, or a part of them that lies within it.
    pub async fn archive_bytes(
        &self,
        archive: &Archive,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let content = self.blobs.get_stream(&archive.blob_key, range).await?;
        Ok(content.stream.map(|piece| piece.map_err(Error::from)).boxed())
    }

    /// The archive of the job `job` finds, with the checks of §3.5 in their order.
    pub(super) async fn find_archive(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        job: impl Fn(&Tx<'_>, &Standing) -> Result<Job> + Send + 'static,
        unexpired: bool,
    ) -> Result<Option<Archive>> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        self.db
            .read(move |tx| {
                let standing = access::standing(tx, &caller, &project)?;
                standing.require(Ability::ReadJobs)?;
                let job = job(tx, &standing)?;
                let archive = artifacts::of_type(tx, job.id, "archive")?;
                check(&standing, archive.as_ref())?;
                let Some(archive) = archive else { return Ok(None) };
                if unexpired && is_gone(tx, &standing, &archive, now)? {
                    return Ok(None);
                }
                Ok(Some(Archive {
                    filename: archive.filename,
                    size: archive.size as u64,
                    sha256: archive.sha256,
                    blob_key: archive.blob_key,
                }))
            })
            .await
    }

    async fn entry_of(&self, archive: &Archive, path: Option<String>) -> Result<Option<FileBytes>> {
        let path = path.ok_or_else(|| Error::BadRequest("400 Bad request".to_owned()))?;
        let stored = Stored { blobs: &self.blobs, key: &archive.blob_key };
        let Some(entries) = directory::read(&stored, archive.size).await? else { return Ok(None) };
        // Of two entries with one name the later counts, as it does when the archive is unpacked.
        let found = entries.into_iter().rev().find(|entry| entry.name == path && !entry.is_folder());
        let Some(entry) = found else { return Ok(None) };
        let Some(stream) = entry::read(&stored, archive.size, &entry).await? else { return Ok(None) };
        let etag = hex::encode(Sha256::digest(format!("{}:{path}", archive.sha256)));
        Ok(Some(FileBytes { name: entry.name, size: entry.size, etag, stream }))
    }
}

/// Past its expiry, and not kept as the newest successful pipeline's.
fn is_gone(tx: &Tx<'_>, standing: &Standing, archive: &Artifact, now: Timestamp) -> Result<bool> {
    if archive.expires_at.is_none_or(|end| end > now) {
        return Ok(false);
    }
    let keeps = instance::keeps_latest(tx, &standing.project)?;
    Ok(!(keeps && artifacts::is_of_latest_success(tx, archive.job_id)?))
}

/// The job a ref means.
fn search(tx: &Tx<'_>, standing: &Standing, by: &ByRef) -> Result<Job> {
    let project = standing.project.id;
    if by.search_recent {
        let pipelines = job_lists::successful(tx, project, &by.ref_name, RECENT)?;
        let found = match pipelines.as_slice() {
            [] => None,
            pipelines => job_lists::successful_with_archive(tx, pipelines, &by.job)?,
        };
        return found.ok_or_else(|| Error::missing("Job"));
    }
    let newest = job_lists::successful(tx, project, &by.ref_name, 1)?.into_iter().next().ok_or_else(Error::record)?;
    job_lists::with_artifacts(tx, newest, project, &by.job)?.ok_or_else(Error::record)
}
