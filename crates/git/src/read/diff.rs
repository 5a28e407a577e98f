//! What changed between two commits.

use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

impl Repository {
    /// The paths that differ between two commits, given by their full ids. A moved file counts as
    /// both of its paths.
    pub async fn changed_paths(&self, from: &str, to: &str) -> Result<Vec<String>> {
        names::oid(from)?;
        names::oid(to)?;
        self.diff(&["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--end-of-options", from, to]).await
    }

    /// The paths a commit changes against its first parent; all of them when it has none.
    pub async fn changed_by(&self, commit: &str) -> Result<Vec<String>> {
        names::oid(commit)?;
        let args = [
            "diff-tree",
            "--root",
            "--no-commit-id",
            "-r",
            "-z",
            "--name-only",
            "--no-renames",
            "--diff-merges=first-parent",
            "--end-of-options",
            commit,
        ];
        self.diff(&args).await
    }

    async fn diff(&self, args: &[&str]) -> Result<Vec<String>> {
        let found = self.run(args, b"").await?;
        if found.status.success() {
            return Ok(split_paths(&found.stdout));
        }
        if found.stderr.contains("bad object") || found.stderr.contains("unable to read tree") {
            return Err(Error::not_found("the commit"));
        }
        Err(Error::failed("diff-tree", &found.stderr))
    }
}

/// Paths as git prints them with `-z`.
pub(super) fn split_paths(printed: &[u8]) -> Vec<String> {
    let paths = printed.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    paths.map(|path| String::from_utf8_lossy(path).into_owned()).collect()
}
