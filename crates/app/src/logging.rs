//! Logs go to standard error; standard output is for answers.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// What to log, shared by the commands that run for a while.
#[derive(Debug, clap::Args)]
pub(crate) struct LogOptions {
    /// What to log to standard error: error, warn, info, debug, or per module as in "info,pipewright_git=debug"
    #[arg(long, env = "PIPEWRIGHT_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,
}

/// Starts logging; a filter that cannot be read is replaced by `info`, and the log says so.
pub(crate) fn start(filter: &str) {
    let (filter, wrong) = match EnvFilter::try_new(filter) {
        Ok(read) => (read, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let terminal = std::io::stderr().is_terminal();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(terminal)
        .with_target(false);
    // A second start (in tests) keeps the first subscriber.
    let _ = subscriber.try_init();
    if let Some(error) = wrong {
        tracing::warn!(%error, "the log filter cannot be read; using info");
    }
}
