//! `POST /jobs/:id/artifacts`: bytes first, then their row (runner protocol §8; design, invariant 3).

use super::index;
use super::runner_calls::{self, Met};
use super::{dotenv, erase};
use crate::instance;
use crate::pipelines::process;
use crate::secrets::digest;
use crate::{Engine, Error, Result};
use bytes::Bytes;
use futures::Stream;
use pipewright_ci_config::JobPlan;
use pipewright_ci_config::duration::{Expiry, parse_or_never};
use pipewright_ci_config::plan::AccessTo;
use pipewright_model::artifact::{Accessibility, FileFormat};
use pipewright_model::{Artifact, ArtifactId, Job, JobId, Timestamp, TokenDigest, random};
use pipewright_store::{Tx, artifacts, jobs, projects};
use pipewright_wire::runner::ArtifactUpload;

/// Most files of one job, of whatever types: each may be as large as an archive.
const MOST_FILES: usize = 100;

/// An upload that may begin.
#[derive(Clone, Debug)]
pub struct Ticket {
    job: Job,
    token: TokenDigest,
    limit: u64,
}

/// Bytes that are stored and that no row names yet.
#[derive(Clone, Debug)]
pub struct Uploaded {
    key: String,
    size: u64,
    sha256: String,
}

/// Whether a row names the bytes, or may: a commit whose answer was lost may have happened, and bytes that
/// nobody names only take up space.
fn may_be_named(saved: &Result<Met<bool>>) -> bool {
    matches!(saved, Ok(Met::Running(true)) | Err(Error::Internal(_) | Error::Unavailable(_)))
}

/// Until when it is kept and who may have it: what the runner says, then what the file says.
fn by_plan(artifact: &mut Artifact, fields: &ArtifactUpload, plan: &JobPlan, default: Option<i64>) {
    let said = plan.artifacts.as_ref();
    let expire_in = fields.expire_in.as_deref().filter(|text| !text.trim().is_empty());
    let expire_in = expire_in.or_else(|| said.and_then(|said| said.expire_in.as_deref()));
    artifact.expires_at = match expire_in.and_then(parse_or_never) {
        Some(Expiry::Never) => None,
        Some(Expiry::After(seconds)) => Some(artifact.created_at.plus_seconds(seconds)),
        None => default.map(|seconds| artifact.created_at.plus_seconds(seconds)),
    };
    let access = said.and_then(|said| match (said.access, said.public) {
        (Some(AccessTo::All), _) | (None, Some(true)) => Some(Accessibility::Public),
        (Some(AccessTo::Developer), _) | (None, Some(false)) => Some(Accessibility::Private),
        (Some(AccessTo::Maintainer), _) => Some(Accessibility::Maintainer),
        (Some(AccessTo::None), _) => Some(Accessibility::None),
        (None, None) => None,
    });
    let sent = fields.accessibility.as_deref().and_then(|word| word.parse().ok());
    artifact.accessibility = sent.or(access).unwrap_or(Accessibility::Public);
}

impl Engine {
    /// Lets a running job upload a file.
    pub async fn begin_upload(&self, id: JobId, token: &str) -> Result<Met<Ticket>> {
        let (key, limits) = (digest(token), self.limits.clone());
        self.db
            .read(move |tx| {
                let job = match runner_calls::find(tx, id, &key)? {
                    Met::Running(job) => job,
                    Met::Over(status) => return Ok(Met::Over(status)),
                };
                let own = projects::by_id(tx, job.project_id)?.and_then(|project| project.settings.max_artifacts_size);
                // Read here and not remembered: a limit holds from the moment it is set.
                let default = instance::read(tx, &limits)?.limits.artifact_bytes;
                let limit =
                    own.filter(|megabytes| *megabytes > 0).map_or(default, |megabytes| (megabytes as u64) << 20);
                Ok::<_, Error>(Met::Running(Ticket { job, token: key.clone(), limit }))
            })
            .await
    }

    /// Stores the file's bytes as they come; 413 past the limit, with nothing kept.
    pub async fn upload<S, E>(&self, ticket: &Ticket, bytes: S) -> Result<Uploaded>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let key = blob_key(&ticket.job, "upload");
        match self.blobs.put_stream(&key, bytes, Some(ticket.limit)).await {
            Ok(stored) => Ok(Uploaded { key, size: stored.size, sha256: stored.sha256 }),
            Err(pipewright_blobs::Error::TooLarge { .. }) => {
                Err(Error::TooLarge("file size has reached maximum size limit".to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Throws away bytes that no row will name.
    pub async fn discard_upload(&self, uploaded: Uploaded) {
        if let Err(error) = self.blobs.delete(&uploaded.key).await {
            tracing::warn!(%error, key = uploaded.key, "a refused upload takes up space");
        }
    }

    /// Names the stored bytes by a row. Refused bytes are thrown away.
    pub async fn finish_upload(
        &self,
        ticket: &Ticket,
        uploaded: Uploaded,
        filename: Option<&str>,
        fields: &ArtifactUpload,
    ) -> Result<Met<()>> {
        let kept = self.name_upload(ticket, &uploaded, filename, fields).await;
        if !may_be_named(&kept) {
            self.discard_upload(uploaded).await;
        }
        Ok(match kept? {
            Met::Running(_) => Met::Running(()),
            Met::Over(status) => Met::Over(status),
        })
    }

    /// `true` if a row names the bytes now; `false` if the very same ones were there.
    async fn name_upload(
        &self,
        ticket: &Ticket,
        uploaded: &Uploaded,
        filename: Option<&str>,
        fields: &ArtifactUpload,
    ) -> Result<Met<bool>> {
        let mut artifact = self.upload_row(ticket, uploaded, filename, fields)?;
        let outputs = self.outputs(&artifact).await?;
        let metadata = self.metadata(&artifact).await?;
        let id = ticket.job.id;
        let plan = self.db.read(move |tx| process::definition(tx, id)).await?.unwrap_or_default();
        let kept = self.settings().await?.limits.artifacts_expire_in;
        by_plan(&mut artifact, fields, &plan, kept);
        let (token, extra) = (ticket.token.clone(), metadata.clone());
        let named = self.db.write(move |tx| save(tx, &token, &artifact, extra.as_ref(), outputs.as_deref())).await;
        if let (Some(metadata), false) = (metadata, may_be_named(&named)) {
            let _ = self.blobs.delete(&metadata.blob_key).await;
        }
        named
    }

    fn upload_row(
        &self,
        ticket: &Ticket,
        uploaded: &Uploaded,
        filename: Option<&str>,
        fields: &ArtifactUpload,
    ) -> Result<Artifact> {
        let file_type = fields.artifact_type.as_deref().filter(|kind| !kind.is_empty()).unwrap_or("archive");
        let word = file_type.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !word || file_type.len() > 64 || matches!(file_type, "trace" | "metadata") {
            return Err(Error::BadRequest("artifact_type does not have a valid value".to_owned()));
        }
        let format = fields.artifact_format.as_deref().filter(|format| !format.is_empty());
        let file_format = format
            .map_or(Ok(FileFormat::Zip), str::parse)
            .map_err(|_| Error::BadRequest("artifact_format does not have a valid value".to_owned()))?;
        if file_type == "dotenv" && uploaded.size > self.limits.dotenv_bytes {
            let limit = self.limits.dotenv_bytes;
            return Err(Error::BadRequest(format!("Dotenv Artifact Too Big. Maximum Allowable Size: {limit}")));
        }
        Ok(Artifact {
            id: ArtifactId(0),
            job_id: ticket.job.id,
            project_id: ticket.job.project_id,
            file_type: file_type.to_owned(),
            file_format,
            filename: clean_name(filename, file_type, file_format),
            size: uploaded.size as i64,
            sha256: uploaded.sha256.clone(),
            blob_key: uploaded.key.clone(),
            accessibility: Accessibility::Public,
            created_at: self.clock.now(),
            expires_at: None,
        })
    }

    /// The variables of a dotenv report, sealed.
    async fn outputs(&self, artifact: &Artifact) -> Result<Option<Vec<(String, Vec<u8>)>>> {
        if artifact.file_type != "dotenv" {
            return Ok(None);
        }
        let packed = match artifact.size {
            0 => Bytes::new(),
            size => self.blobs.get_range(&artifact.blob_key, 0..size as u64).await?,
        };
        let variables = dotenv::parse(&packed, self.limits.dotenv_variables)?;
        Ok(Some(variables.into_iter().map(|(key, value)| (key, self.secrets.encrypt(&value))).collect()))
    }

    /// The index of an archive, stored beside it. An archive that cannot be read has none.
    async fn metadata(&self, archive: &Artifact) -> Result<Option<Artifact>> {
        if archive.file_type != "archive" || archive.file_format != FileFormat::Zip {
            return Ok(None);
        }
        let Some(index) = index::of_archive(&self.blobs, &archive.blob_key, archive.size as u64).await? else {
            return Ok(None);
        };
        let key = format!("{}.metadata", archive.blob_key);
        let stored = self.blobs.put(&key, index).await?;
        Ok(Some(Artifact {
            file_type: "metadata".to_owned(),
            file_format: FileFormat::Gzip,
            filename: "metadata.gz".to_owned(),
            size: stored.size as i64,
            sha256: stored.sha256,
            blob_key: key,
            ..archive.clone()
        }))
    }
}

/// Writes the rows, if the job still runs and has no other file of the type.
fn save(
    tx: &Tx<'_>,
    token: &TokenDigest,
    artifact: &Artifact,
    metadata: Option<&Artifact>,
    outputs: Option<&[(String, Vec<u8>)]>,
) -> Result<Met<bool>> {
    if let Met::Over(status) = runner_calls::find(tx, artifact.job_id, token)? {
        return Ok(Met::Over(status));
    }
    if let Some(known) = artifacts::of_type(tx, artifact.job_id, &artifact.file_type)? {
        if known.sha256 == artifact.sha256 {
            return Ok(Met::Running(false));
        }
        return Err(Error::BadRequest("another artifact of the same type already exists".to_owned()));
    }
    if artifacts::of_job(tx, artifact.job_id)?.len() >= MOST_FILES {
        return Err(Error::BadRequest(format!("a job can have at most {MOST_FILES} files")));
    }
    artifacts::insert(tx, artifact)?;
    if let Some(metadata) = metadata {
        artifacts::insert(tx, &Artifact { expires_at: artifact.expires_at, ..metadata.clone() })?;
    }
    if let Some(outputs) = outputs {
        jobs::replace_outputs(tx, artifact.job_id, outputs)?;
    }
    jobs::set_artifacts_expiry(tx, artifact.job_id, artifact.expires_at)?;
    Ok(Met::Running(true))
}

/// Where a job's file goes: spread over folders, and never the same place twice.
pub(crate) fn blob_key(job: &Job, what: &str) -> String {
    format!("jobs/{}/{}/{}-{what}", job.project_id.0, job.id.0, random::hex::<8>())
}

/// The last part of what the runner calls the file, or the usual name of its type.
fn clean_name(filename: Option<&str>, file_type: &str, format: FileFormat) -> String {
    let name = filename.and_then(|name| name.rsplit(['/', '\\']).next()).unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(255).collect();
    if !name.is_empty() && name != "." && name != ".." {
        return name;
    }
    match (file_type, format) {
        ("archive", _) => "artifacts.zip".to_owned(),
        (kind, FileFormat::Gzip) => format!("{kind}.gz"),
        (kind, FileFormat::Zip) => format!("{kind}.zip"),
        (kind, FileFormat::Raw) => kind.to_owned(),
    }
}

impl Engine {
    /// Deletes the rows of all artifacts whose time has come, so many in a transaction; returns how many were dealt
    /// with.
    pub async fn expire_artifacts_one(&self, now: Timestamp, batch: i64) -> Result<usize> {
        let mut all = 0;
        loop {
            let some = self.db.write(move |tx| erase::expire(tx, now, batch)).await?;
            all += some;
            // What was due and is kept is due an hour later: it does not come again.
            if (some as i64) < batch {
                return Ok(all);
            }
        }
    }
}
