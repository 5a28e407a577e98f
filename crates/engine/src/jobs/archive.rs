//! The log of an ended job moves from the database to a blob: blob first, then the row that names it,
//! then the chunks go.

use super::artifacts::blob_key;
use crate::{Engine, Error, Result};
use bytes::Bytes;
use futures::stream;
use pipewright_model::artifact::{Accessibility, FileFormat};
use pipewright_model::{Artifact, ArtifactId, Job, JobId};
use pipewright_store::traces::{self, Trace};
use pipewright_store::{Error as StoreError, artifacts, jobs};

/// Logs looked for at a time.
const SOME: i64 = 50;
/// Bytes of a log in memory at a time.
const PIECE: i64 = 1 << 20;

impl Engine {
    /// Moves the logs of ended jobs; returns how many.
    pub async fn archive_traces_one(&self) -> Result<usize> {
        let (mut after, mut count) = (JobId(0), 0);
        loop {
            let from = after;
            let found = self.db.read(move |tx| traces::to_move(tx, from, SOME)).await.map_err(Error::from)?;
            let Some(last) = found.last() else { return Ok(count) };
            after = last.job_id;
            for trace in found {
                let id = trace.job_id;
                match self.archive_trace(trace).await {
                    Ok(()) => count += 1,
                    Err(error) => tracing::warn!(job = id.0, %error, "a log could not be moved yet"),
                }
            }
        }
    }

    async fn archive_trace(&self, trace: Trace) -> Result<()> {
        let id = trace.job_id;
        let job = self.db.read(move |tx| jobs::get(tx, id)).await.map_err(Error::from)?.ok_or_else(Error::record)?;
        let key = blob_key(&job, "log");
        let stored = self.blobs.put_stream(&key, self.pieces(&trace), None).await?;
        let artifact = described(&job, &key, stored.size, stored.sha256, self.clock.now());
        let name = key.clone();
        let named = self
            .db
            .write(move |tx| {
                traces::moved_to_blob(tx, &trace, &name)?;
                artifacts::insert(tx, &artifact).map(|_| ())
            })
            .await;
        if let Err(error) = named {
            // The log grew, was erased or went with its job meanwhile. A commit whose answer was lost may have
            // happened: then a row names these bytes.
            if !matches!(error, StoreError::Other(_) | StoreError::Unavailable(_)) {
                let _ = self.blobs.delete(&key).await;
            }
            return Err(error.into());
        }
        Ok(())
    }

    fn pieces(&self, trace: &Trace) -> impl futures::Stream<Item = Result<Bytes, Error>> + Send + use<> {
        let (engine, id, size) = (self.clone(), trace.job_id, trace.size);
        stream::try_unfold(0, move |at| {
            let engine = engine.clone();
            async move {
                if at >= size {
                    return Ok(None);
                }
                let to = (at + PIECE).min(size);
                let piece = engine.db.read(move |tx| traces::bytes(tx, id, at, to)).await.map_err(Error::from)?;
                if piece.is_empty() {
                    return Err(Error::Internal(format!("the log of job {id} has a gap at {at}")));
                }
                let next = at + piece.len() as i64;
                Ok(Some((Bytes::from(piece), next)))
            }
        })
    }
}

fn described(job: &Job, key: &str, size: u64, sha256: String, now: pipewright_model::Timestamp) -> Artifact {
    Artifact {
        id: ArtifactId(0),
        job_id: job.id,
        project_id: job.project_id,
        file_type: "trace".to_owned(),
        file_format: FileFormat::Raw,
        filename: "job.log".to_owned(),
        size: size as i64,
        sha256,
        blob_key: key.to_owned(),
        accessibility: Accessibility::Public,
        created_at: now,
        expires_at: None,
    }
}
