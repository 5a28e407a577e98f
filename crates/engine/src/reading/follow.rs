//! A log as it grows.

use super::TraceView;
use super::wait::Wait;
use crate::access::ProjectRef;
use crate::bells::Event;
use crate::{Caller, Engine, Error, Result};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use pipewright_model::JobId;

/// Read at once.
const PIECE: i64 = 64 * 1024;

/// Who follows which log, and how far he is.
struct Follower {
    engine: Engine,
    caller: Caller,
    project: ProjectRef,
    id: JobId,
    at: i64,
    seen: TraceView,
    wait: Wait,
}

impl Engine {
    /// The log from byte `from` on, and what is added to it, until its job has ended. The stream ends early when
    /// the server stops, and where the log is erased or the caller may not read it any more. Nothing is read ahead of
    /// whoever takes it.
    pub async fn follow_trace(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: JobId,
        from: i64,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        // It listens before it looks, so that nothing is missed.
        let wait = Wait::forever(self);
        let seen = self.trace(caller, project, id).await?;
        let (engine, caller, project) = (self.clone(), caller.clone(), project.clone());
        let follower = Follower { engine, caller, project, id, at: from, seen, wait };
        Ok(stream::try_unfold(follower, next).boxed())
    }
}

async fn next(mut follower: Follower) -> Result<Option<(Bytes, Follower)>> {
    loop {
        let (at, size, id) = (follower.at, follower.seen.size, follower.id);
        if at < size {
            let piece = follower.engine.trace_piece(id, at, size.min(at + PIECE)).await?;
            if piece.is_empty() {
                return Ok(None);
            }
            follower.at += piece.len() as i64;
            return Ok(Some((piece, follower)));
        }
        if follower.seen.ended {
            return Ok(None);
        }
        if !follower.wait.on(|event| matches!(event, Event::Trace(of) | Event::Job(of) if *of == id)).await {
            return Ok(None);
        }
        follower.engine.end_memberships().await;
        follower.seen = match follower.engine.trace(&follower.caller, &follower.project, id).await {
            Ok(seen) => seen,
            Err(Error::Internal(why)) => return Err(Error::Internal(why)),
            // Gone, or not for him any more: what was sent was his to read.
            Err(_) => return Ok(None),
        };
    }
}
