//! python-gitlab's own functional tests, not one file of them edited.
//!
//! They come with its source distribution. They ask `docker` to start GitLab; `tests/clients/python-gitlab`
//! holds what answers instead, and the list of tests that are left out, each with its reason.

use super::python::no_python;
use crate::process;
use crate::report::Outcome;
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs every functional test but those left out.
pub(super) fn run(workspace: &Workspace, binary: &Path, python: Option<&Path>) -> Outcome {
    let Some(python) = python else { return no_python() };
    let ours = workspace.root.join("tests/clients/python-gitlab");
    let sources = match sources(python, &ours.join("source.txt"), &workspace.target) {
        Ok(sources) => sources,
        Err(why) => return Outcome::Missing(format!("no source distribution: {why}")),
    };
    test(python, binary, &ours, &sources, &workspace.target.join("clients-stand-in")).into()
}

/// The unpacked source distribution, of the version and with the hash that `source.txt` names; fetched once,
/// and again when that file changes.
fn sources(python: &Path, wanted: &Path, target: &Path) -> Result<PathBuf, String> {
    let told = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(wanted).map_err(|error| told(wanted, error))?;
    let folder = target.join("clients-python-gitlab");
    let fetched = folder.join("fetched.txt");
    if !std::fs::read_to_string(&fetched).is_ok_and(|have| have == text) {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).map_err(|error| told(&folder, error))?;
        let mut download = Command::new(python);
        download.args(["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]);
        // Only this one is wanted as source; what builds it may come ready-made.
        download.args(["--require-hashes", "--requirement"]).arg(wanted).arg("--dest").arg(&folder);
        process::output(download.env("PIP_NO_BINARY", ""))?;
        let archive = entry(&folder, |name| name.ends_with(".tar.gz"))?;
        let mut unpack = Command::new(python);
        process::output(unpack.args(["-m", "tarfile", "--filter", "data", "-e"]).arg(archive).arg(&folder))?;
        std::fs::write(&fetched, text).map_err(|error| told(&fetched, error))?;
    }
    entry(&folder, |name| name.starts_with("python_gitlab-") && !name.ends_with(".tar.gz"))
}

/// The one entry of a folder whose name is right.
fn entry(folder: &Path, right: impl Fn(&str) -> bool) -> Result<PathBuf, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found = entries.flatten().map(|entry| entry.path());
    found
        .find(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(&right))
        .ok_or_else(|| format!("{} holds nothing of python-gitlab", folder.display()))
}

fn test(python: &Path, binary: &Path, ours: &Path, sources: &Path, state: &Path) -> Result<(), String> {
    let left_out =
        std::fs::read_to_string(ours.join("left-out.txt")).map_err(|error| format!("left-out.txt: {error}"))?;
    let _ = std::fs::remove_dir_all(state);
    std::fs::create_dir_all(state).map_err(|error| format!("{}: {error}", state.display()))?;
    let mut pytest = Command::new(python);
    pytest.current_dir(sources).args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"]);
    pytest.args(["-W", "ignore::DeprecationWarning", "--script-launch-mode=subprocess"]);
    pytest.args(["tests/functional/api", "tests/functional/cli"]);
    for node in nodes(&left_out) {
        pytest.args(["--deselect", node]);
    }
    // The stand-in for docker comes first, and then `gitlab`, the client's command.
    let bin = python.parent().unwrap_or(Path::new(""));
    let before = std::env::var_os("PATH").unwrap_or_default();
    let path = [ours.to_owned(), bin.to_owned()].into_iter().chain(std::env::split_paths(&before));
    let path = std::env::join_paths(path).map_err(|error| format!("PATH: {error}"))?;
    pytest.env("PATH", &path).env("PIPEWRIGHT_BIN", binary).env("STAND_IN_DIR", state).env("TMPDIR", state);
    let tested = process::run(pytest.env_remove("DOCKER_HOST").env("PYTHONDONTWRITEBYTECODE", "1"));
    // The command itself, with all that is left out, would fill the screen.
    let tested = tested.map_err(|_| "see what pytest said".to_owned());
    // Tests that broke off have not put away what they started.
    let mut down = Command::new(ours.join("docker"));
    down.args(["compose", "down", "-v"]).env("PIPEWRIGHT_BIN", binary).env("STAND_IN_DIR", state);
    tested.and(process::run(&mut down))
}

/// The test files and tests in the list: every line that is neither empty nor a comment.
fn nodes(left_out: &str) -> impl Iterator<Item = &str> {
    left_out.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::nodes;

    #[test]
    fn reasons_are_no_tests() {
        let text = "# No wiki.\ntests/a.py\n\n# No mail.\n  tests/b.py::c \n";
        assert_eq!(nodes(text).collect::<Vec<_>>(), ["tests/a.py", "tests/b.py::c"]);
    }
}
