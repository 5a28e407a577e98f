//! `cargo xtask test`: everything, in the order in which it is cheapest to learn that it is broken.

use crate::postgres::Cluster;
use crate::report::{Outcome, Report};
use crate::workspace::{Package, Workspace, cargo};
use crate::{clients, layers, process, tests_of_cargo, workspace};

/// Runs every suite; an error names those that failed.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let workspace = workspace::load()?;
    let mut report = Report::new(strict());
    report.step("format", || process::run(cargo().args(["fmt", "--all", "--check"])).into());
    report.step("layers", || layers::run().into());
    report.step("deny", deny);
    report.step("lints", || {
        process::run(cargo().args(["clippy", "--workspace", "--all-targets", "--keep-going", "--", "-D", "warnings"]))
            .into()
    });
    let mut cluster = None;
    report.step("postgres", || postgres(&mut cluster));
    report.step("tests", || tests(&workspace, cluster.as_ref(), arguments));
    report.step("server on postgres", || server_on_postgres(&workspace, cluster.as_ref()));
    report.step("cases", || cases(&workspace));
    drop(cluster);
    clients::run(&workspace, &mut report);
    report.finish()
}

/// Whether a tool that is missing is a failure.
pub(crate) fn strict() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// Licences and advisories. Its advisories come over the network and change by the day, so it never
/// decides alone whether a tree is good: it runs where somebody has installed it.
fn deny() -> Outcome {
    if process::find("cargo-deny").is_none() {
        return Outcome::Skipped("cargo-deny is not installed".into());
    }
    process::run(cargo().args(["deny", "check"])).into()
}

fn postgres(cluster: &mut Option<Cluster>) -> Outcome {
    let Some(programs) = Cluster::programs() else {
        return Outcome::Missing("PostgreSQL's server programs (initdb, postgres) are not installed".into());
    };
    match Cluster::start(&programs) {
        Ok(started) => {
            let url = started.url();
            *cluster = Some(started);
            Outcome::Passed(url)
        }
        Err(why) => Outcome::Failed(why),
    }
}

fn tests(workspace: &Workspace, cluster: Option<&Cluster>, arguments: &[&str]) -> Outcome {
    let mut command = cargo();
    command.args(["test", "--workspace", "--no-fail-fast"]).args(arguments);
    // Tests of PostgreSQL skip themselves without this, so a stale one of the caller's must not leak in.
    command.env_remove("PIPEWRIGHT_TEST_POSTGRES").env_remove("PIPEWRIGHT_TEST_ONLY");
    if let Some(cluster) = cluster {
        // The whole server has its turn on PostgreSQL in the next step.
        command.env("PIPEWRIGHT_TEST_POSTGRES", cluster.url()).env("PIPEWRIGHT_TEST_ONLY", "sqlite");
    }
    match cases_folder(workspace) {
        Some(folder) => command.env("PIPEWRIGHT_CASES", folder),
        // They cannot be had from any package manager, so nobody insists on them, not even under CI=true.
        None => command.env_remove("CI"),
    };
    outcome(tests_of_cargo::run(&mut command))
}

/// The tests of the whole server once more, on PostgreSQL alone. They are chosen by name out of the whole
/// workspace: a package chosen by itself would be built once more, with features of its own.
fn server_on_postgres(workspace: &Workspace, cluster: Option<&Cluster>) -> Outcome {
    let Some(cluster) = cluster else { return Outcome::Missing("there is no PostgreSQL to run on".into()) };
    let mut command = cargo();
    command.args(["test", "--workspace", "--no-fail-fast"]);
    let testkit = workspace.packages.iter().filter(|package| package.name == "pipewright-testkit");
    for name in testkit.flat_map(Package::tests) {
        command.args(["--test", name]);
    }
    command.env("PIPEWRIGHT_TEST_POSTGRES", cluster.url()).env("PIPEWRIGHT_TEST_ONLY", "postgres");
    outcome(tests_of_cargo::run(&mut command))
}

fn outcome(tests: Result<tests_of_cargo::Tally, String>) -> Outcome {
    match tests {
        Ok(tally) => Outcome::Passed(format!("{} passed, {} ignored", tally.passed, tally.ignored)),
        Err(why) => Outcome::Failed(why),
    }
}

/// The case collections are not part of the repository; say so when they were not there.
fn cases(workspace: &Workspace) -> Outcome {
    match cases_folder(workspace) {
        Some(folder) => Outcome::Passed(format!("from {}", folder.display())),
        None => Outcome::Skipped("set PIPEWRIGHT_CASES to the folder with pipeline_processing/".into()),
    }
}

fn cases_folder(workspace: &Workspace) -> Option<std::path::PathBuf> {
    let beside = workspace.root.join("../shared/cases");
    let given = std::env::var_os("PIPEWRIGHT_CASES").map(Into::into);
    given.or_else(|| beside.canonicalize().ok()).filter(|folder: &std::path::PathBuf| folder.is_dir())
}
