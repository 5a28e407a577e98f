//! `pipewright`: GitLab CI without the GitLab, in one binary.

mod cli;
mod commands;
mod error;
mod logging;
mod out;
mod server;
mod settings;

use clap::Parser;
use std::process::ExitCode;

/// Answers are made of many short-lived strings, on several threads at once: a third faster than libc's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The built-in runner starts this program again to look after a job's processes.
    if let Some(status) = pipewright_runner::keep_if_asked() {
        return ExitCode::from(u8::try_from(status).unwrap_or(1));
    }
    match commands::run(cli::Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("pipewright: {error}");
            ExitCode::FAILURE
        }
    }
}
