//! Bells: who waits is woken after a commit. They carry no truth; a lost ring delays, never loses.

use pipewright_model::{JobId, PipelineId, RunnerManagerId};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Notify, broadcast};

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
        // Nobody listening is fine.
        let _ = self.events.send(event);
    }

    /// Listens from now on. A listener that falls behind is told `Lagged`: look at the database again.
    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
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
