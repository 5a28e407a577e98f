//! The clients' suite: client libraries nobody here wrote, against a served instance.

use crate::process;
use crate::report::Outcome;
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Drives python-gitlab against the binary that `cargo test` has built.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let Some(python) = process::find("python3") else { return Outcome::Missing("python3 is not on PATH".into()) };
    let folder = workspace.root.join("tests/clients");
    let python = match environment(&python, &folder, &workspace.target) {
        Ok(python) => python,
        Err(why) => return Outcome::Missing(format!("no Python environment: {why}")),
    };
    let binary = workspace.target.join("debug/pipewright");
    let mut pytest = Command::new(python);
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).arg(&folder);
    process::run(pytest.env("PIPEWRIGHT_BIN", binary).env("PYTHONDONTWRITEBYTECODE", "1")).into()
}

/// A virtual environment under the target folder with what `requirements.txt` asks for; made once,
/// made anew when the list changes.
fn environment(python: &Path, folder: &Path, target: &Path) -> Result<PathBuf, String> {
    let venv = target.join("clients-venv");
    let wanted = folder.join("requirements.txt");
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
