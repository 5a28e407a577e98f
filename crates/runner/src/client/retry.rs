//! Waiting between repetitions of a call.

use std::time::Duration;

use reqwest::{Response, StatusCode};

use pipewright_wire::runner::headers;

/// Waits that double from a least to a most. Copies begin anew from where the original stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    least: Duration,
    most: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) fn new(least: Duration, most: Duration) -> Self {
        Self { least, most, next: least }
    }

    /// The next wait, or what the server asked for, within the most.
    pub(crate) fn next(&mut self, asked: Option<Duration>) -> Duration {
        let wait = asked.unwrap_or(self.next);
        self.next = (self.next * 2).min(self.most);
        wait.min(self.most.max(self.least))
    }

    /// Starts over after a success.
    pub(crate) fn reset(&mut self) {
        self.next = self.least;
    }
}

/// Whether the same call may succeed later (runner protocol §1).
pub(crate) fn is_passing_trouble(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504) || status.as_u16() >= 512
}

/// Whole seconds the server asks to wait.
pub(crate) fn asked_wait(answer: &Response) -> Option<Duration> {
    let text = answer.headers().get(headers::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}
