//! What the server wants of a running job.

use tokio::sync::watch;

use crate::client::JobStatus;

/// The server's wish, as the answers to updates and patches tell it.
#[derive(Debug, Clone)]
pub(super) struct Control {
    wanted: watch::Receiver<JobStatus>,
}

impl Control {
    pub(super) fn new(wanted: watch::Receiver<JobStatus>) -> Self {
        Self { wanted }
    }

    /// Waits until the job shall stop in peace, or at once.
    pub(super) async fn canceling(&self) {
        self.reached(|status| status != JobStatus::Normal).await;
    }

    /// Waits until the job shall stop at once.
    pub(super) async fn gone(&self) {
        self.reached(|status| status == JobStatus::Gone).await;
    }

    async fn reached(&self, is_it: impl Fn(JobStatus) -> bool) {
        let mut wanted = self.wanted.clone();
        if wanted.wait_for(|status| is_it(*status)).await.is_err() {
            // The reporter has ended: nothing more will be wanted.
            std::future::pending::<()>().await;
        }
    }
}
