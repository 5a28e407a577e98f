//! Bells: who waits is woken after a commit. They carry no truth; a lost ring delays, never loses.

use pipewright_model::{JobId, PipelineId, RunnerManagerId};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::Notify;
use tokio::sync::broadcast::{self, error::RecvError};

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A job became pending, or a runner may now take more than before.
    Queue,
    /// A job's status changed.
    Job(JobId),
    /// A pipeline's status changed.
    Pipeline(PipelineId),
    /// A job's log grew.
    Trace(JobId),
    /// A runner's machine verified itself: its question for work is held no longer.
    Machine(RunnerManagerId),
    /// The server is about to stop: requests that are held are let go.
    Stopping,
}

/// All bells of a server.
pub struct Bells {
    events: broadcast::Sender<Event>,
    /// Counts what may change a runner's answer; its value is the runner protocol's last update.
    queue_version: AtomicU64,
    /// Whether the server is about to stop: who begins to listen only now is told, too.
    stopping: Arc<AtomicBool>,
    /// Rung when there is a row in the `work` table.
    work: Notify,
    /// Tells two runs of the server apart in `last_update`.
    boot: String,
}

impl Default for Bells {
    fn default() -> Self {
        Self {
            events: broadcast::channel(1024).0,
            queue_version: AtomicU64::new(1),
            stopping: Arc::default(),
            work: Notify::new(),
            boot: pipewright_model::random::hex::<6>(),
        }
    }
}

impl Bells {
    /// Tells whoever listens. Call after the commit only.
    pub fn ring(&self, event: Event) {
        if event == Event::Queue {
            self.queue_version.fetch_add(1, Ordering::SeqCst);
        }
        if event == Event::Stopping {
            // Before the ring: whoever comes too late to hear it finds this.
            self.stopping.store(true, Ordering::SeqCst);
        }
        // Nobody listening is fine.
        let _ = self.events.send(event);
    }

    /// Listens from now on.
    pub fn listen(&self) -> Listener {
        Listener { events: self.events.subscribe(), stopping: Arc::clone(&self.stopping), told: false }
    }

    /// The opaque queue value of the runner protocol §4.4: read it **before** looking at the queue.
    pub fn queue_value(&self) -> String {
        format!("{}-{}", self.boot, self.queue_version.load(Ordering::SeqCst))
    }

    /// Says that the `work` table has something due.
    pub fn ring_work(&self) {
        self.work.notify_one();
    }

    /// Waits for [`Bells::ring_work`].
    pub async fn work(&self) {
        self.work.notified().await;
    }
}

/// What is heard of the bells since [`Bells::listen`].
pub struct Listener {
    events: broadcast::Receiver<Event>,
    stopping: Arc<AtomicBool>,
    /// Whether it has heard that the server is about to stop.
    told: bool,
}

impl Listener {
    /// The next ring. A listener that falls behind is told `Lagged`: look at the database again. Whoever began
    /// to listen after [`Event::Stopping`] hears of it all the same, first of all: a request that arrives in the
    /// server's last moment would otherwise be held for a ring that was before its time.
    ///
    /// # Errors
    /// `Lagged`; `Closed` when the bells are gone.
    pub async fn recv(&mut self) -> Result<Event, RecvError> {
        if !self.told && self.stopping.load(Ordering::SeqCst) {
            self.told = true;
            return Ok(Event::Stopping);
        }
        self.events.recv().await
    }
}

#[cfg(test)]
mod tests {
    use super::{Bells, Event};

    #[tokio::test]
    async fn who_listens_too_late_still_hears_that_the_server_stops() {
        let bells = Bells::default();
        bells.ring(Event::Stopping);
        let mut late = bells.listen();
        assert_eq!(late.recv().await, Ok(Event::Stopping));
        bells.ring(Event::Queue);
        assert_eq!(late.recv().await, Ok(Event::Queue), "it is told once");
    }
}
