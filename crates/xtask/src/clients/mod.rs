//! The clients' suites: programs and libraries nobody here wrote, against served instances.

mod functional;
mod node;
mod python;

use crate::process;
use crate::report::Report;
use crate::workspace::{self, Workspace, cargo};

/// Builds the binary and drives the clients against it: `cargo xtask clients`.
pub(crate) fn alone() -> Result<(), String> {
    let workspace = workspace::load()?;
    let mut report = Report::new(crate::test::strict());
    process::run(cargo().args(["build", "--package", "pipewright"]))?;
    run(&workspace, &mut report);
    report.finish()
}

/// Drives each client against the binary that `cargo test` has built.
pub(crate) fn run(workspace: &Workspace, report: &mut Report) {
    let binary = workspace.target.join("debug/pipewright");
    let mut python = None;
    report.step("python", || python::environment(workspace, &mut python));
    report.step("python-gitlab", || python::run(workspace, &binary, python.as_deref()));
    report.step("gitbeaker", || node::run(workspace, &binary));
    report.step("python-gitlab's own tests", || functional::run(workspace, &binary, python.as_deref()));
    report.step("schemathesis", || crate::schemathesis::run(workspace, &binary));
}
