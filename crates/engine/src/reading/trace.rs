//! Logs.

use super::debug::is_debug;
use super::single::find;
use crate::access::{self, Ability, ProjectRef};
use crate::{Caller, Engine, Error, Result};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use pipewright_model::{AccessLevel, JobId};
use pipewright_store::traces;
use std::ops::Range;

/// Bytes of a growing log read at once.
const PIECE: i64 = 512 * 1024;

/// Read at once when lines are counted from the end.
const BACK: i64 = 64 * 1024;

/// A job's log as it stood when it was looked at.
#[derive(Clone, Debug)]
pub struct TraceView {
    job: JobId,
    /// Bytes there are.
    pub size: i64,
    /// Nothing more comes: the job has ended.
    pub ended: bool,
    /// Changes whenever the log does; quotes and all.
    pub etag: String,
    blob_key: Option<String>,
}

impl Engine {
    /// A job's log as it stands; empty where there is none (Jobs API contract §6.2).
    pub async fn trace(&self, caller: &Caller, project: &ProjectRef, id: JobId) -> Result<TraceView> {
        let (caller, project, secrets) = (caller.clone(), project.clone(), self.secrets.clone());
        self.db
            .read(move |tx| {
                let standing = access::standing(tx, &caller, &project)?;
                standing.require(Ability::ReadJobs)?;
                let job = find(tx, &standing, id)?;
                // A debug log shows secrets: it is for those who could print them anyway (§3.4).
                if standing.role < AccessLevel::Developer && is_debug(tx, &secrets, &standing.project, &job)? {
                    return Err(Error::forbidden());
                }
                let trace = traces::get(tx, id)?;
                let (size, crc32) = trace.as_ref().map_or((0, 0), |trace| (trace.size, trace.crc32));
                Ok(TraceView {
                    job: id,
                    size,
                    ended: job.status.is_complete(),
                    etag: format!("\"{id}-{size}-{crc32:08x}\""),
                    blob_key: trace.and_then(|trace| trace.blob_key),
                })
            })
            .await
    }

    /// Bytes of a log, cut to what there is.
    pub async fn trace_bytes(
        &self,
        trace: &TraceView,
        wanted: Range<i64>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let (from, to) = (wanted.start.clamp(0, trace.size), wanted.end.clamp(0, trace.size));
        Ok(match &trace.blob_key {
            _ if from >= to => stream::empty().boxed(),
            Some(key) => {
                let content = self.blobs.get_stream(key, Some(from as u64..to as u64)).await?;
                content.stream.map(|piece| piece.map_err(Error::from)).boxed()
            }
            None => self.trace_range(trace.job, from, to),
        })
    }

    /// Where the last `lines` lines of a log begin. A line feed at the very end begins no line.
    pub async fn trace_tail(&self, trace: &TraceView, lines: i64) -> Result<i64> {
        let (mut end, mut left) = (trace.size, lines);
        if left <= 0 {
            return Ok(end);
        }
        while end > 0 {
            let start = (end - BACK).max(0);
            let piece = self.trace_piece(trace.job, start, end).await?;
            let feeds = piece.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
            for after in feeds.map(|(at, _)| start + at as i64 + 1).filter(|after| *after < trace.size) {
                left -= 1;
                if left == 0 {
                    return Ok(after);
                }
            }
            end = start;
        }
        Ok(0)
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

    pub(super) async fn trace_piece(&self, id: JobId, from: i64, to: i64) -> Result<Bytes> {
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
