//! Asking for work until there is some (runner protocol §4.4).

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use pipewright_wire::runner::JobPayload;

use crate::client::{Asked, Backoff, Client, ClientError};

/// Longest pause after refusals and failures.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Longest pause while nobody answers: a server that starts again is found soon.
const LONGEST_SILENCE: Duration = Duration::from_secs(5);

/// How long the answer to the last question of a runner that stops is waited for, at the most.
const LAST_ANSWER: Duration = Duration::from_secs(10);
/// How often the server is asked meanwhile to let that question go.
const LET_GO: Duration = Duration::from_secs(1);

/// One runner's questions; remembers the queue value of the last answer.
#[derive(Debug)]
pub(crate) struct Asking {
    client: Client,
    check_interval: Duration,
    last_update: Option<String>,
    pause: Backoff,
    /// Whether the last question was repeated at once because the value was new.
    hurried: bool,
}

impl Asking {
    pub(crate) fn new(client: Client, check_interval: Duration) -> Self {
        Self {
            client,
            check_interval,
            last_update: None,
            pause: Backoff::new(Duration::from_secs(1), LONGEST_PAUSE),
            hurried: false,
        }
    }

    /// Waits for the next job; `None` once the runner is to ask for no more. A question that is under way
    /// then is seen to its end: its answer may be a job, which is this runner's and nobody else's.
    pub(crate) async fn next_job(&mut self, drain: &CancellationToken) -> Option<JobPayload> {
        while !drain.is_cancelled() {
            let began = Instant::now();
            let pause = match self.ask(drain).await? {
                Ok(asked) => {
                    self.pause.reset();
                    let is_new = asked.last_update.is_some() && asked.last_update != self.last_update;
                    // A conflict or an old server sends no value; what is known stays known.
                    self.last_update = asked.last_update.or(self.last_update.take());
                    if let Some(job) = asked.job {
                        self.hurried = false;
                        return Some(*job);
                    }
                    self.pause_before_next(began, is_new)
                }
                Err(error) => self.pause_after(&error),
            };
            tokio::select! {
                () = drain.cancelled() => {}
                () = sleep(pause) => {}
            }
        }
        None
    }

    /// One question; `None` if the runner stops and there was no answer in time.
    async fn ask(&self, drain: &CancellationToken) -> Option<Result<Asked, ClientError>> {
        let mut question = pin!(self.client.ask(self.last_update.as_deref()));
        tokio::select! {
            biased;
            answer = &mut question => Some(answer),
            () = drain.cancelled() => timeout(LAST_ANSWER, async {
                tokio::select! {
                    biased;
                    answer = &mut question => answer,
                    never = self.have_it_let_go() => match never {},
                }
            })
            .await
            .ok(),
        }
    }

    /// A question may be held for about a minute. A Pipewright server answers it as soon as the same machine
    /// shows itself by another call. Again and again, since the question may arrive after the first of them.
    async fn have_it_let_go(&self) -> Infallible {
        loop {
            if let Err(error) = self.client.verify().await {
                tracing::debug!(%error, "the server was not asked to let the last question go");
            }
            sleep(LET_GO).await;
        }
    }

    /// A new value is worth a question at once: the server can hold that one. Otherwise the
    /// interval is kept, which a question that was held has used up already.
    fn pause_before_next(&mut self, began: Instant, is_new: bool) -> Duration {
        self.hurried = is_new && !self.hurried;
        if self.hurried { Duration::ZERO } else { self.check_interval.saturating_sub(began.elapsed()) }
    }

    fn pause_after(&mut self, error: &ClientError) -> Duration {
        // A server that was restored may have forgotten the value.
        self.last_update = None;
        let longest = if matches!(error, ClientError::Network(_)) { LONGEST_SILENCE } else { LONGEST_PAUSE };
        let pause = self.pause.next(None).min(longest);
        tracing::warn!(%error, ?pause, "asking for work failed");
        pause
    }
}
