//! `pipewright runner`: the built-in runner on its own.

use crate::error::{Error, Result};
use crate::logging::{self, LogOptions};
use crate::server::{Beside, runner_config, stop};
use crate::settings::{ConfigOptions, concurrency};
use pipewright_runner::RunnerConfig;
use std::path::PathBuf;
use std::process::ExitCode;

/// Beside the data folder's default name.
const DEFAULT_FOLDER: &str = "./pipewright-builds";

/// What `runner` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Takes jobs of a server over the public runner protocol and runs them in a shell, as this user, on this
machine. On SIGTERM it takes no more jobs and waits for those it has; a second signal cancels them.

Example:
  pipewright runner --url https://ci.example.com --token glrt-aaaaaaaaaaaaaaaaaaaa --concurrency 4")]
pub(crate) struct Options {
    /// The server's address
    #[arg(long, env = "PIPEWRIGHT_URL", value_name = "URL")]
    url: Option<String>,
    /// The runner's authentication token (glrt-…), as `POST /user/runners` answers it
    #[arg(long, env = "PIPEWRIGHT_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Jobs to run at the same time [default: the number of processors]
    #[arg(long, env = "PIPEWRIGHT_CONCURRENCY", value_name = "N", value_parser = crate::settings::positive)]
    concurrency: Option<usize>,
    /// Folder for builds [default: ./pipewright-builds]
    #[arg(long, env = "PIPEWRIGHT_WORK_DIR", value_name = "DIR")]
    work_dir: Option<PathBuf>,
    #[command(flatten)]
    log: LogOptions,
    #[command(flatten)]
    config: ConfigOptions,
}

/// Runs jobs until told to stop.
pub(crate) fn run(options: Options) -> Result<ExitCode> {
    let file = options.config.load()?;
    logging::start(options.log.log.as_deref().or(file.log.as_deref()).unwrap_or("info"));
    let missing = |flag: &str| Error::Other(format!("--{flag} is missing: see `pipewright runner --help`"));
    let url = options.url.or(file.url).ok_or_else(|| missing("url"))?;
    let token = options.token.or(file.token).ok_or_else(|| missing("token"))?;
    let folder = options.work_dir.or(file.work_dir).unwrap_or_else(|| DEFAULT_FOLDER.into());
    std::fs::create_dir_all(&folder).map_err(Error::path(&folder))?;
    let folder = folder.canonicalize().map_err(Error::path(&folder))?;
    let config = runner_config(&url, &token, &folder, concurrency(options.concurrency.or(file.concurrency)));
    super::runtime()?.block_on(work(config))
}

async fn work(config: RunnerConfig) -> Result<ExitCode> {
    let (first, url) = (stop::told(), config.url.clone());
    let mut runner = Beside::start(config)?;
    tracing::info!(url, "asking for jobs");
    let signal = first.await;
    tracing::info!(signal, "taking no more jobs, waiting for those that run; a second signal ends them");
    let second = stop::told();
    let hurried = tokio::select! {
        () = runner.drain() => false,
        _ = second => true,
    };
    if hurried {
        runner.abort().await;
    }
    Ok(ExitCode::SUCCESS)
}
