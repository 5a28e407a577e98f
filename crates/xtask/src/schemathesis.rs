//! Schemathesis over the server's own OpenAPI document: a fixed seed and few examples, so that it ends soon
//! and says the same every time. `tests/schemathesis/run.py` takes more by hand.

use crate::process;
use crate::report::Outcome;
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs it against the binary that was built.
pub(crate) fn run(workspace: &Workspace, binary: &Path) -> Outcome {
    let Some(python) = process::find("python3") else { return Outcome::Missing("python3 is not on PATH".into()) };
    let folder = workspace.root.join("tests/schemathesis");
    let python = match environment(&python, &folder, &workspace.target) {
        Ok(python) => python,
        Err(why) => return Outcome::Missing(format!("no Python environment: {why}")),
    };
    let mut command = Command::new(python);
    command.arg(folder.join("run.py")).env("PIPEWRIGHT_BIN", binary).env("PYTHONDONTWRITEBYTECODE", "1");
    process::run(&mut command).into()
}

/// An environment of its own: what Schemathesis needs is not what the other clients need.
fn environment(python: &Path, folder: &Path, target: &Path) -> Result<PathBuf, String> {
    let venv = target.join("schemathesis-venv");
    let wanted = folder.join("requirements.txt");
    let text = std::fs::read_to_string(&wanted).map_err(|error| format!("{}: {error}", wanted.display()))?;
    let (installed, ready) = (venv.join("installed.txt"), venv.join("bin/python"));
    if std::fs::read_to_string(&installed).is_ok_and(|have| have == text) && ready.exists() {
        return Ok(ready);
    }
    process::output(Command::new(python).args(["-m", "venv", "--clear"]).arg(&venv))?;
    process::output(Command::new(&ready).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&wanted))?;
    std::fs::write(&installed, text).map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(ready)
}
