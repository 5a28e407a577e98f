//! The commands, one module each.

pub(crate) mod admin;
pub(crate) mod demo;
pub(crate) mod lint;
pub(crate) mod runner;
pub(crate) mod serve;

use crate::cli::{Cli, Command};
use crate::error::{Error, Result};
use std::process::ExitCode;

/// Runs the chosen command.
pub(crate) fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Serve(options) => serve::run(options),
        Command::Demo(options) => demo::run(options),
        Command::Lint(options) => Ok(lint::run(&options)),
        Command::Runner(options) => runner::run(options),
        Command::Admin(options) => admin::run(options),
    }
}

/// What the commands that serve or run jobs work on.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Other(format!("the runtime could not be started: {error}")))
}

/// Shows a made-up token of the administrator's, this once.
fn tell_root_token(token: &str) {
    eprintln!("The administrator root has this token; it is not shown again: {token}");
}
