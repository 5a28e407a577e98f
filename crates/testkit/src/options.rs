//! What a test wants of its server.

use pipewright_engine::limits::Limits;
use pipewright_model::{ManualClock, Timestamp};
use std::sync::Arc;

/// A server's settings.
#[derive(Clone, Debug)]
pub struct TestOptions {
    /// A clock that stands still until it is moved; the machine's own where there is none.
    pub clock: Option<Arc<ManualClock>>,
    /// Bounds and intervals. Runners are not kept waiting unless a test says so.
    pub limits: Limits,
}

impl Default for TestOptions {
    fn default() -> Self {
        Self { clock: None, limits: Limits { long_poll_seconds: 0, ..Limits::default() } }
    }
}

impl TestOptions {
    /// With a clock that stands still, at some time in 2024.
    pub fn with_manual_clock() -> Self {
        let start = Timestamp::from_seconds(1_706_933_106);
        Self { clock: Some(Arc::new(ManualClock::at(start))), ..Self::default() }
    }
}
