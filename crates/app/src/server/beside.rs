//! The built-in runner: beside a server, or on its own.

use crate::error::{Error, Result};
use crate::settings::Database;
use pipewright_model::{Clock, SystemClock, random};
use pipewright_runner::{Runner, RunnerConfig, Shutdown};
use std::path::Path;
use tokio::task::JoinHandle;

/// A runner at work.
pub(crate) struct Beside {
    shutdown: Shutdown,
    task: JoinHandle<()>,
}

/// What the built-in runner is called in the server's lists. Servers that share a database have one each,
/// told apart by their data folders where they share a host, too.
pub(crate) fn name(database: &Database, folder: &Path) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match (host.trim(), database) {
        ("", _) => "built-in shell runner".to_owned(),
        (host, Database::Sqlite) => format!("built-in shell runner of {host}"),
        (host, Database::Postgres(_)) => format!("built-in shell runner of {host}, {}", folder.display()),
    }
}

/// Settings of a runner of ours.
pub(crate) fn config(url: &str, token: &str, builds: &Path, concurrency: usize) -> RunnerConfig {
    let clock = || SystemClock.now().seconds();
    let random = || u64::from_ne_bytes(random::bytes::<8>());
    RunnerConfig { concurrency, ..RunnerConfig::new(url, token, builds, clock, random) }
}

impl Beside {
    /// Starts it.
    pub(crate) fn start(config: RunnerConfig) -> Result<Self> {
        let runner = Runner::new(config).map_err(|error| Error::Other(error.to_string()))?;
        let shutdown = Shutdown::new();
        Ok(Self { task: tokio::spawn(runner.run(shutdown.clone())), shutdown })
    }

    /// Takes no more jobs; returns when those that run have ended.
    pub(crate) async fn drain(&mut self) {
        self.shutdown.drain();
        let _ = (&mut self.task).await;
    }

    /// Ends the jobs that run, has each reported, and returns.
    pub(crate) async fn abort(&mut self) {
        self.shutdown.abort();
        let _ = (&mut self.task).await;
    }
}
