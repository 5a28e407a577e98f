//! Logs.

use super::debug::is_debug;
use super::single::find;
use crate::access::{self, Ability, ProjectRef};
use crate::{Caller, Engine, Error, Result};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use pipewright_model::{AccessLevel, JobId};
use pipewright_store::traces;

/// Bytes of a growing log read at once.
const PIECE: i64 = 512 * 1024;

/// Which part of a log is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TraceWindow {
    /// Bytes to leave out at its beginning.
    pub offset: i64,
    /// Most bytes to send; `None` all there are.
    pub limit: Option<i64>,
}

/// A part of a log on its way out.
pub struct TraceBytes {
    /// How many bytes follow.
    pub length: u64,
    /// The bytes.
    pub stream: BoxStream<'static, Result<Bytes>>,
}

impl Engine {
    /// A job's log as it stands; empty where there is none (Jobs API contract §6.2).
    pub async fn trace(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: JobId,
        window: TraceWindow,
    ) -> Result<TraceBytes> {
        let (caller, project, secrets) = (caller.clone(), project.clone(), self.secrets.clone());
        let found = self
            .db
            .read(move |tx| {
                let standing = access::standing(tx, &caller, &project)?;
                standing.require(Ability::ReadJobs)?;
                let job = find(tx, &standing, id)?;
                // A debug log shows secrets: it is for those who could print them anyway (§3.4).
                if standing.role < AccessLevel::Developer && is_debug(tx, &secrets, &standing.project, &job)? {
                    return Err(Error::forbidden());
                }
                Ok::<_, Error>(traces::get(tx, id)?)
            })
            .await?;
        let size = found.as_ref().map_or(0, |trace| trace.size);
        let from = window.offset.clamp(0, size);
        let to = window.limit.map_or(size, |limit| from.saturating_add(limit).min(size));
        let stream = match found.and_then(|trace| trace.blob_key) {
            _ if from == to => stream::empty().boxed(),
            Some(key) => {
                let content = self.blobs.get_stream(&key, Some(from as u64..to as u64)).await?;
                content.stream.map(|piece| piece.map_err(Error::from)).boxed()
            }
            None => self.trace_range(id, from, to),
        };
        Ok(TraceBytes { length: (to - from) as u64, stream })
    }

    /// Streams bytes `from..to` of a log, which may move from the database to a blob meanwhile.
    fn trace_range(&self, id: JobId, from: i64, to: i64) -> BoxStream<'static, Result<Bytes>> {
        let engine = self.clone();
        stream::try_unfold(from, move |at| {
            let engine = engine.clone();
            async move {
                if at >= to {
                    return Ok::<_, Error>(None);
                }
                let end = to.min(at + PIECE);
                let piece = engine.trace_piece(id, at, end).await?;
                if piece.is_empty() {
                    return Err(Error::Internal(format!("the log of job {id} ends before its {to} bytes")));
                }
                let next = at + piece.len() as i64;
                Ok(Some((piece, next)))
            }
        })
        .boxed()
    }

    async fn trace_piece(&self, id: JobId, from: i64, to: i64) -> Result<Bytes> {
        enum Place {
            Chunks(Vec<u8>),
            Blob(String),
            Gone,
        }
        let place = self
            .db
            .read(move |tx| {
                Ok::<_, pipewright_store::Error>(match traces::get(tx, id)? {
                    None => Place::Gone,
                    Some(trace) => match trace.blob_key {
                        Some(key) => Place::Blob(key),
                        None => Place::Chunks(traces::bytes(tx, id, from, to)?),
                    },
                })
            })
            .await?;
        match place {
            Place::Chunks(bytes) => Ok(bytes.into()),
            Place::Blob(key) => Ok(self.blobs.get_range(&key, from as u64..to as u64).await?),
            Place::Gone => Ok(Bytes::new()),
        }
    }
}
