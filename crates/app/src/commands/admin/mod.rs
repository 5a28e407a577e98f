//! `pipewright admin`: the server's own data, without the server.

use crate::error::Result;
use crate::settings::{ConfigOptions, DataOptions};
use std::process::ExitCode;

/// What `admin` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Works on the data folder and database directly. Beside SQLite no server may run meanwhile.

Examples:
  pipewright admin user create alice --admin
  pipewright admin token create alice --scope api
  pipewright admin project create alice/hello
  pipewright admin migrate --database postgres://ci@db/ci")]
pub(crate) struct Options {
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    config: ConfigOptions,
}

/// Does the chosen chore.
pub(crate) fn run(options: Options) -> Result<ExitCode> {
    let file = options.config.load()?;
    let _ = options.data.resolve(&file)?;
    Ok(ExitCode::SUCCESS)
}
