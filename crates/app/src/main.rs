//! `pipewright`: GitLab CI without the GitLab, in one binary.

mod cli;
mod commands;
mod error;
mod logging;
mod server;
mod settings;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::run(cli::Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("pipewright: {error}");
            ExitCode::FAILURE
        }
    }
}
