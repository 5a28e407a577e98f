//! Asking for work until there is some (runner protocol §4.4).

use std::time::Duration;

use tokio::time::{Instant, sleep};

use pipewright_wire::runner::JobPayload;

use crate::client::{Backoff, Client, ClientError};

/// Longest pause after refusals and failures.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Longest pause while nobody answers: a server that starts again is found soon.
const LONGEST_SILENCE: Duration = Duration::from_secs(5);

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

    /// Waits for the next job.
    pub(crate) async fn next_job(&mut self) -> JobPayload {
        loop {
            let began = Instant::now();
            match self.client.ask(self.last_update.as_deref()).await {
                Ok(asked) => {
                    self.pause.reset();
                    let is_new = asked.last_update.is_some() && asked.last_update != self.last_update;
                    // A conflict or an old server sends no value; what is known stays known.
                    self.last_update = asked.last_update.or(self.last_update.take());
                    if let Some(job) = asked.job {
                        self.hurried = false;
                        return *job;
                    }
                    self.wait(began, is_new).await;
                }
                Err(error) => self.pause_after(&error).await,
            }
        }
    }

    /// A new value is worth a question at once: the server can hold that one. Otherwise the
    /// interval is kept, which a question that was held has used up already.
    async fn wait(&mut self, began: Instant, is_new: bool) {
        if is_new && !self.hurried {
            self.hurried = true;
            return;
        }
        self.hurried = false;
        sleep(self.check_interval.saturating_sub(began.elapsed())).await;
    }

    async fn pause_after(&mut self, error: &ClientError) {
        // A server that was restored may have forgotten the value.
        self.last_update = None;
        let longest = if matches!(error, ClientError::Network(_)) { LONGEST_SILENCE } else { LONGEST_PAUSE };
        let pause = self.pause.next(None).min(longest);
        tracing::warn!(%error, ?pause, "asking for work failed");
        sleep(pause).await;
    }
}
