//! The commands, one module each.

pub(crate) mod admin;
pub(crate) mod demo;
pub(crate) mod lint;
pub(crate) mod runner;
pub(crate) mod serve;

use crate::cli::{Cli, Command};
use crate::error::Result;
use std::process::ExitCode;

/// Runs the chosen command.
pub(crate) fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Serve(options) => serve::run(options),
        Command::Demo(options) => demo::run(options),
        Command::Lint(options) => lint::run(&options),
        Command::Runner(options) => runner::run(options),
        Command::Admin(options) => admin::run(options),
    }
}
