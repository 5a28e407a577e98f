//! Questions to git about the work tree. No answer is no error: a folder may be no repository.

use std::path::Path;
use std::process::{Command, Stdio};

/// Standard output of a git command, if it succeeded.
///
/// The repository's own settings must not start programs: no file monitor, no external diff.
pub(super) fn bytes(root: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args([
        "--no-optional-locks",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "log.showSignature=false",
    ]);
    let output = git.args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then_some(output.stdout)
}

/// The same as text, without the line's end.
pub(super) fn text(root: &Path, arguments: &[&str]) -> Option<String> {
    let text = String::from_utf8_lossy(&bytes(root, arguments)?).into_owned();
    Some(text.trim_end().to_owned())
}

/// Paths that a command separates by NUL.
pub(super) fn paths(root: &Path, arguments: &[&str]) -> Option<Vec<String>> {
    let output = bytes(root, arguments)?;
    Some(String::from_utf8_lossy(&output).split_terminator('\0').map(str::to_owned).collect())
}
