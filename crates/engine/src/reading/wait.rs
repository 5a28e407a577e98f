//! Waiting until a job or a pipeline has come to its end: one call instead of asking again and again.

use super::JobPage;
use crate::access::ProjectRef;
use crate::bells::{Event, Listener};
use crate::pipelines::list::PipelineView;
use crate::{Caller, Engine, Result};
use pipewright_model::{JobId, PipelineId, Status};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

/// The longest wait, in seconds.
pub const LONGEST_WAIT_SECONDS: i64 = 3600;
/// How long is waited where nobody says, in seconds: less than most proxies have patience.
pub const DEFAULT_WAIT_SECONDS: i64 = 50;

impl Engine {
    /// A job, as soon as it has ended; as it stands after `seconds`, or when the server stops. Whether it has
    /// ended is told beside it. Who loses his right to see the job meanwhile is refused.
    pub async fn wait_for_job(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: JobId,
        seconds: i64,
    ) -> Result<(JobPage, bool)> {
        let mut wait = Wait::begin(self, seconds);
        loop {
            self.end_memberships().await;
            let page = self.job(caller, project, id).await?;
            let ended = page.jobs.first().is_none_or(|job| job.status.is_complete());
            if ended || !wait.on(|event| *event == Event::Job(id)).await {
                return Ok((page, ended));
            }
        }
    }

    /// A pipeline, as soon as nothing more happens in it by itself: it has ended, or waits for somebody to play
    /// a manual job. As it stands after `seconds`, or when the server stops.
    pub async fn wait_for_pipeline(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: PipelineId,
        seconds: i64,
    ) -> Result<(PipelineView, bool)> {
        let mut wait = Wait::begin(self, seconds);
        loop {
            self.end_memberships().await;
            let view = self.pipeline(caller, project, id).await?;
            let ended = view.pipeline.status.is_complete() || view.pipeline.status == Status::Manual;
            if ended || !wait.on(|event| *event == Event::Pipeline(id)).await {
                return Ok((view, ended));
            }
        }
    }
}

/// A wait with an end. It listens before anything is looked at, so that nothing is missed.
pub(super) struct Wait {
    events: Listener,
    deadline: Option<Instant>,
    /// A change on another node rings no bell here: the database is looked at this often, too.
    look_again: Duration,
}

impl Wait {
    fn begin(engine: &Engine, seconds: i64) -> Self {
        let seconds = u64::try_from(seconds.min(LONGEST_WAIT_SECONDS)).unwrap_or(0);
        Self { deadline: Some(Instant::now() + Duration::from_secs(seconds)), ..Self::forever(engine) }
    }

    /// Without an end.
    pub(super) fn forever(engine: &Engine) -> Self {
        Self {
            events: engine.bells.listen(),
            deadline: None,
            look_again: Duration::from_secs(engine.limits.look_again_seconds.max(1)),
        }
    }

    /// Waits until it is worth looking again; `false` when there is no more time, or the server stops.
    pub(super) async fn on(&mut self, wanted: impl Fn(&Event) -> bool) -> bool {
        let now = Instant::now();
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            return false;
        }
        let again = now + self.look_again;
        let until = self.deadline.map_or(again, |deadline| deadline.min(again));
        let rung = async {
            loop {
                match self.events.recv().await {
                    Ok(Event::Stopping) | Err(RecvError::Closed) => break false,
                    Ok(event) if wanted(&event) => break true,
                    Err(RecvError::Lagged(_)) => break true,
                    Ok(_) => {}
                }
            }
        };
        tokio::time::timeout_at(until, rung).await.unwrap_or(true)
    }
}
