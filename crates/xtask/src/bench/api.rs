//! `cargo xtask bench api`: the Jobs API over a million jobs. The work is done by a program of the test kit,
//! built as the server is: it stores the jobs through the store's own functions and drives the load.

use crate::process;
use crate::workspace::{Workspace, cargo};
use std::process::Command;

/// Builds the server and the program, and runs it over both.
pub(crate) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<(), String> {
    // In one go, so that both are made of the same libraries.
    let packages = ["--package", "pipewright", "--package", "pipewright-testkit"];
    process::run(cargo().args(["build", "--release"]).args(packages).args([
        "--bin",
        "pipewright",
        "--bin",
        "bench_api",
    ]))?;
    let release = workspace.target.join("release");
    process::run(Command::new(release.join("bench_api")).arg(release.join("pipewright")).args(arguments))
}
