//! The runner: asks for work, runs jobs, stops when told.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::asking::Asking;
use crate::client::{Client, ClientError};
use crate::config::RunnerConfig;
use crate::job::{Given, run_job};
use crate::slots::Slots;
use crate::system_id;

/// Why a runner cannot start.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The server's address is none, or no HTTP client can be made.
    #[error("{0}")]
    Server(String),
    /// The machine's id can be neither read nor kept.
    #[error("the file {file} for this machine's id cannot be used: {error}")]
    SystemId {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: std::io::Error,
    },
}

impl From<ClientError> for RunnerError {
    fn from(error: ClientError) -> Self {
        Self::Server(error.to_string())
    }
}

/// How a running runner is told to stop. Clones tell the same runner.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    drain: CancellationToken,
    abort: CancellationToken,
}

impl Shutdown {
    /// A runner that is not to stop yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ask for no more jobs; those that run, and one that the server was giving out just then, may end by
    /// themselves.
    pub fn drain(&self) {
        self.drain.cancel();
    }

    /// Ask for no more jobs, and end those that run: each is reported as `runner_interrupted`.
    pub fn abort(&self) {
        self.drain.cancel();
        self.abort.cancel();
    }
}

/// A runner that speaks the public protocol to one server.
#[derive(Debug)]
pub struct Runner {
    config: Arc<RunnerConfig>,
    client: Client,
    system_id: String,
}

impl Runner {
    /// A runner with these settings. Reads or makes the machine's id; talks to nobody yet.
    ///
    /// # Errors
    /// When the address is none or the id's file cannot be used.
    pub fn new(config: RunnerConfig) -> Result<Self, RunnerError> {
        let system_id = system_id::load_or_make(&config.system_id_file, config.random)
            .map_err(|error| RunnerError::SystemId { file: config.system_id_file.display().to_string(), error })?;
        let client = Client::new(&config, system_id.clone())?;
        Ok(Self { config: Arc::new(config), client, system_id })
    }

    /// The id of this machine, as the server shows it.
    pub fn system_id(&self) -> &str {
        &self.system_id
    }

    /// Runs jobs until told to stop; returns when the last job has been reported.
    pub async fn run(self, shutdown: Shutdown) {
        let room = Arc::new(Semaphore::new(self.config.concurrency.max(1)));
        let mut asking = Asking::new(self.client.clone(), self.config.check_interval);
        let slots = Slots::default();
        let mut jobs = JoinSet::new();
        loop {
            let permit = tokio::select! {
                biased;
                () = shutdown.drain.cancelled() => break,
                // Never closed, so a permit always comes.
                permit = room.clone().acquire_owned() => permit,
            };
            let Some(payload) = asking.next_job(&shutdown.drain).await else { break };
            while jobs.try_join_next().is_some() {}
            let slot = slots.take(payload.job_info.project_id);
            let given = Given {
                config: self.config.clone(),
                client: self.client.clone(),
                system_id: self.system_id.clone(),
                slot: slot.overall(),
                project_slot: slot.of_project(),
                interrupt: shutdown.abort.clone(),
            };
            tracing::info!(job = payload.id, name = payload.job_info.name, "job begins");
            jobs.spawn(async move {
                run_job(given, payload).await;
                drop((slot, permit));
            });
        }
        while jobs.join_next().await.is_some() {}
    }
}
