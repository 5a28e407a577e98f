//! `cargo xtask bench`: figures, no verdicts. Times depend on the machine; the note beside each figure
//! says what we aim for on two cores.

mod api;
mod echo;
mod http;
mod pickup;
mod served;
mod start;

use crate::process;
use crate::workspace::{self, cargo};
use std::path::Path;
use std::time::Duration;

/// Builds the release binary and measures it; `api` measures the Jobs API over many jobs instead.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let workspace = workspace::load()?;
    match arguments {
        ["api", rest @ ..] => return api::run(&workspace, rest),
        [] => {}
        [other, ..] => return Err(format!("there is no bench `{other}`: only `api`")),
    }
    process::run(cargo().args(["build", "--release", "--package", "pipewright"]))?;
    let binary = workspace.target.join("release/pipewright");
    figure("release binary", &mebibytes(size(&binary)?), "under 40 MB");
    start::measure(&binary)?;
    pickup::measure(&binary)?;
    echo::measure(&binary)
}

fn size(file: &Path) -> Result<u64, String> {
    file.metadata().map(|meta| meta.len()).map_err(|error| format!("{}: {error}", file.display()))
}

/// Prints one line of the table.
fn figure(what: &str, value: &str, aim: &str) {
    println!("{what:<52} {value:>34}   aim: {aim}");
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// Median, smallest and largest.
fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
    let median = ms(times.get(times.len() / 2));
    format!("{median:.1} ms ({:.1} to {:.1}, n={})", ms(times.first()), ms(times.last()), times.len())
}
