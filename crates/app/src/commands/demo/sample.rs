//! The sample project, carried in the binary: `examples/roman`.

use crate::error::{Error, Result};
use std::path::Path;
use std::process::Command;

macro_rules! sample {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/roman/", $path)))),*]
    };
}

/// Path in the project and text of each file.
pub(crate) const FILES: [(&str, &str); 12] = sample![
    ".gitlab-ci.yml",
    "README.md",
    "VERSION",
    "build.sh",
    "ci/manual.yml",
    "src/10-to.sh",
    "src/20-from.sh",
    "src/90-main.sh",
    "test/cases.txt",
    "test/run.sh",
    "test/style.sh",
    ".gitignore",
];

/// Writes the project into an empty folder and commits it.
pub(crate) fn commit(folder: &Path) -> Result<()> {
    for (name, text) in FILES {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(Error::path(parent))?;
        }
        std::fs::write(&path, text).map_err(Error::path(&path))?;
    }
    git(folder, &["init", "--quiet", "--initial-branch=main"])?;
    git(folder, &["add", "--all"])?;
    git(folder, &["commit", "--quiet", "--message=Turn numbers into Roman numerals"])
}

/// Pushes the branch to the server.
pub(crate) fn push(folder: &Path, url: &str) -> Result<()> {
    git(folder, &["push", "--quiet", url, "main"])
}

/// Git with nobody's settings but ours.
fn git(folder: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Demo").env(format!("GIT_{who}_EMAIL"), "demo@example.com");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0");
    let output = command.output().map_err(|error| Error::Other(format!("git could not be started: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::Other(format!("git {} failed: {}", arguments[0], said.trim())))
}

#[cfg(test)]
mod tests {
    use super::FILES;
    use std::path::Path;

    /// A file somebody adds to the project must be added to the list.
    #[test]
    fn the_whole_project_is_carried() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/roman");
        let mut folders = vec![root.clone()];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found.retain(|name| !name.starts_with("dist/") && name != "report.xml" && name != "build.env");
        found.sort();
        let mut carried: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        carried.sort();
        assert_eq!(found, carried);
    }
}
