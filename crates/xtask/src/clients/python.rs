//! Python clients: their environment, and tests of ours that drive them.

use crate::process;
use crate::report::Outcome;
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A virtual environment under the target folder with what `requirements.txt` asks for; made once, made
/// anew when the list changes. Leaves its interpreter in `made`.
pub(super) fn environment(workspace: &Workspace, made: &mut Option<PathBuf>) -> Outcome {
    let Some(python) = process::find("python3") else { return Outcome::Missing("python3 is not on PATH".into()) };
    match prepare(&python, workspace) {
        Ok(ready) => {
            *made = Some(ready);
            Outcome::Passed(String::new())
        }
        Err(why) => Outcome::Missing(format!("no Python environment: {why}")),
    }
}

fn prepare(python: &Path, workspace: &Workspace) -> Result<PathBuf, String> {
    let venv = workspace.target.join("clients-venv");
    let wanted = workspace.root.join("tests/clients/requirements.txt");
    let installed = venv.join("installed.txt");
    let text = std::fs::read_to_string(&wanted).map_err(|error| format!("{}: {error}", wanted.display()))?;
    let ready = venv.join("bin/python");
    if std::fs::read_to_string(&installed).is_ok_and(|have| have == text) && ready.exists() {
        return Ok(ready);
    }
    process::output(Command::new(python).args(["-m", "venv", "--clear"]).arg(&venv))?;
    process::output(Command::new(&ready).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&wanted))?;
    std::fs::write(&installed, text).map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(ready)
}

/// The tests of ours in `tests/clients`.
pub(super) fn run(workspace: &Workspace, binary: &Path, python: Option<&Path>) -> Outcome {
    let Some(python) = python else { return no_python() };
    let mut pytest = Command::new(python);
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).arg(workspace.root.join("tests/clients"));
    process::run(pytest.env("PIPEWRIGHT_BIN", binary).env("PYTHONDONTWRITEBYTECODE", "1")).into()
}

/// What a suite answers where there is no interpreter for it.
pub(super) fn no_python() -> Outcome {
    Outcome::Missing("there is no Python environment".into())
}
