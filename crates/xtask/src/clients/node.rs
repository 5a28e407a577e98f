//! JavaScript clients: @gitbeaker/rest, driven by a test of ours.

use crate::process;
use crate::report::Outcome;
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs `tests/clients/gitbeaker` with the packages that its lock file names.
pub(super) fn run(workspace: &Workspace, binary: &Path) -> Outcome {
    let (Some(node), Some(npm)) = (process::find("node"), process::find("npm")) else {
        return Outcome::Missing("node or npm is not on PATH".into());
    };
    let ours = workspace.root.join("tests/clients/gitbeaker");
    let folder = match install(&npm, &ours, &workspace.target.join("clients-gitbeaker")) {
        Ok(folder) => folder,
        Err(why) => return Outcome::Missing(format!("no packages from npm: {why}")),
    };
    // The program lies beside the packages, where node looks for them.
    let test = folder.join("gitbeaker.test.mjs");
    if let Err(error) = std::fs::copy(ours.join("gitbeaker.test.mjs"), &test) {
        return Outcome::Failed(format!("{}: {error}", test.display()));
    }
    process::run(Command::new(node).arg("--test").arg(test).env("PIPEWRIGHT_BIN", binary)).into()
}

/// A folder with the packages; made once, made anew when the lock file changes.
fn install(npm: &Path, ours: &Path, folder: &Path) -> Result<PathBuf, String> {
    let told = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let lock = ours.join("package-lock.json");
    let wanted = std::fs::read_to_string(&lock).map_err(|error| told(&lock, error))?;
    let installed = folder.join("installed.json");
    if std::fs::read_to_string(&installed).is_ok_and(|have| have == wanted) {
        return Ok(folder.to_owned());
    }
    std::fs::create_dir_all(folder).map_err(|error| told(folder, error))?;
    for name in ["package.json", "package-lock.json"] {
        std::fs::copy(ours.join(name), folder.join(name)).map_err(|error| told(&ours.join(name), error))?;
    }
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    process::output(Command::new(npm).args(arguments).current_dir(folder))?;
    std::fs::write(&installed, wanted).map_err(|error| told(&installed, error))?;
    Ok(folder.to_owned())
}
