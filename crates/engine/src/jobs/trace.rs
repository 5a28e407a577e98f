//! `PATCH /jobs/:id/trace`: the log grows (runner protocol §7).

use super::finish::{self, End};
use super::masking::Masks;
use super::runner_calls::{self, Met};
use crate::bells::Event;
use crate::pipelines::process::Cause;
use crate::pipelines::rings::Rings;
use crate::runners::contact;
use crate::secrets::digest;
use crate::{Engine, Error, Result};
use bytes::Bytes;
use pipewright_model::{Job, Status};
use pipewright_pipeline::FailureReason;
use pipewright_store::traces::{self, Trace};
use pipewright_store::{Tx, jobs, queue};
use std::sync::Arc;

/// How a patch went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patched {
    /// Length of the log now: the next offset.
    pub size: u64,
    /// The log ends where the patch ends (202); else the runner is to go on at `size` (416).
    pub accepted: bool,
    /// The job's status.
    pub status: Status,
}

/// A part of the log.
#[derive(Clone, Debug)]
pub struct Patch {
    /// Offset of its first byte.
    pub first: u64,
    /// Its bytes.
    pub data: Bytes,
    /// The runner says that the log holds debug output.
    pub debug: bool,
}

impl Patch {
    /// Offset after its last byte; one that cannot be stands for all beyond the limit.
    fn end(&self) -> u64 {
        self.first.saturating_add(self.data.len() as u64)
    }
}

impl Engine {
    /// Appends to the log of a job met before ([`Engine::met_job`]). What was acknowledged is on disk.
    pub async fn append_trace(&self, job: &Job, token: &str, patch: Patch) -> Result<Met<Patched>> {
        let (id, masks) = (job.id, self.masks(job, token).await?);
        let (key, limit) = (digest(token), self.limits.trace_bytes);
        let cause = Cause { now: self.clock.now(), actor: None };
        let (met, rings) = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                let job = match runner_calls::find(tx, id, &key)? {
                    Met::Running(job) => job,
                    Met::Over(status) => return Ok::<_, Error>((Met::Over(status), rings)),
                };
                contact::by_job(tx, &job, cause.now)?;
                let stored = traces::get(tx, id)?.map_or(0, |trace| trace.size as u64);
                if patch.first == stored && patch.end() > limit {
                    let too_large = End::because(FailureReason::TraceSizeExceeded);
                    let status = finish::end(tx, &mut rings, cause, &job, too_large, None)?;
                    return Ok((Met::Over(status), rings));
                }
                let patched = append(tx, &job, &patch, &masks)?;
                queue::touch(tx, job.id, cause.now)?;
                Ok((Met::Running(patched), rings))
            })
            .await?;
        rings.ring(&self.bells);
        if matches!(met, Met::Running(Patched { accepted: true, .. })) {
            self.bells.ring(Event::Trace(id));
        }
        Ok(met)
    }
}

fn append(tx: &Tx<'_>, job: &Job, patch: &Patch, masks: &Arc<Masks>) -> Result<Patched> {
    let trace = if let Some(trace) = traces::get(tx, job.id)? {
        trace
    } else {
        traces::create(tx, job.id)?;
        Trace { job_id: job.id, size: 0, crc32: 0, blob_key: None }
    };
    if patch.debug && trace.size == 0 && !job.debug_trace {
        jobs::set_debug_trace(tx, job.id)?;
    }
    let end = patch.end();
    let mut size = trace.size as u64;
    if patch.first == size && !patch.data.is_empty() && trace.blob_key.is_none() {
        let mut crc32 = crc32fast::Hasher::new_with_initial_len(trace.crc32, size);
        crc32.update(&patch.data);
        let masked = mask(tx, &trace, &patch.data, masks)?;
        traces::append(tx, &trace, masked.as_deref().unwrap_or(&patch.data), crc32.finalize())?;
        size = end;
    }
    Ok(Patched { size, accepted: size == end, status: job.status })
}

/// The bytes to store, if they are others than those sent. A value that began in an earlier patch is
/// masked there too.
fn mask(tx: &Tx<'_>, trace: &Trace, data: &[u8], masks: &Masks) -> Result<Option<Vec<u8>>> {
    let from = (trace.size - masks.reach() as i64).max(0);
    let before = traces::chunks(tx, trace.job_id, from, trace.size)?;
    let mut all = Vec::new();
    for (_, bytes) in &before {
        all.extend_from_slice(bytes);
    }
    let known = all.len();
    all.extend_from_slice(data);
    // Chunks may be long; only their ends can matter.
    let start = known.saturating_sub(masks.reach());
    if !masks.mask(&mut all[start..]) {
        return Ok(None);
    }
    let mut at = 0;
    for (start, bytes) in &before {
        let now = &all[at..at + bytes.len()];
        if now != bytes.as_slice() {
            traces::rewrite_chunk(tx, trace.job_id, *start, now)?;
        }
        at += bytes.len();
    }
    Ok(Some(all.split_off(known)))
}
