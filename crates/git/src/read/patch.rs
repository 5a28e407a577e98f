//! What a commit changes, file by file and line by line.

use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

/// One file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its path before; of a new file, its path.
    pub old_path: String,
    /// Its path after; of a removed file, its path.
    pub new_path: String,
    /// Its mode before; `000000` if it was not there.
    pub old_mode: String,
    /// Its mode after; `000000` if it is gone.
    pub new_mode: String,
    /// Git's letter: `A`, `D`, `M`, `R`, `C` or `T`.
    pub kind: char,
}

impl Repository {
    /// The files that differ from one commit to another, given by their full ids; from a commit's first parent
    /// (from nothing, where it has none) if only one is named. Files that moved are found by what is in them.
    pub async fn changes(&self, from: Option<&str>, to: &str) -> Result<Vec<Change>> {
        let printed = self.diff_tree(&["--raw", "-z"], from, to, &[]).await?;
        let text = String::from_utf8_lossy(&printed);
        let mut fields = text.split('\0');
        let mut changes = Vec::new();
        while let Some(change) = fields.next().and_then(|facts| change(facts, &mut fields)) {
            changes.push(change);
        }
        Ok(changes)
    }

    /// The text of each of these changes, from its first `@@` on; empty where only the mode or the name
    /// changed. A file that is no text, or of more than a megabyte, has one line that says so.
    pub async fn patches(&self, from: Option<&str>, to: &str, changes: &[Change]) -> Result<Vec<String>> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let mut paths: Vec<&str> = changes.iter().flat_map(|change| [&*change.old_path, &change.new_path]).collect();
        paths.dedup();
        let printed = self.diff_tree(&["-p", "--full-index"], from, to, &paths).await?;
        let text = String::from_utf8_lossy(&printed);
        let mut pieces = pieces(&text).into_iter();
        // Where a file became a link, git removes the one and makes the other.
        let count = |change: &Change| if change.kind == 'T' { 2 } else { 1 };
        Ok(changes.iter().map(|change| pieces.by_ref().take(count(change)).collect()).collect())
    }

    async fn diff_tree(&self, form: &[&str], from: Option<&str>, to: &str, paths: &[&str]) -> Result<Vec<u8>> {
        for id in from.into_iter().chain([to]) {
            names::oid(id)?;
        }
        let mut args = vec!["--literal-pathspecs", "-c", "core.bigFileThreshold=1m", "diff-tree", "-r", "-M", "--root"];
        args.extend(["--no-commit-id", "--no-ext-diff", "--no-color", "--diff-merges=first-parent"]);
        args.extend(form);
        args.push("--end-of-options");
        args.extend(from);
        args.push(to);
        args.push("--");
        args.extend(paths);
        let found = self.run(&args, b"").await?;
        match found.status.success() {
            true => Ok(found.stdout),
            false if found.stderr.contains("bad object") => Err(Error::not_found("the commit")),
            false => Err(Error::failed("diff-tree", &found.stderr)),
        }
    }
}

/// `:100644 100755 <old id> <new id> M`, then one path or, of what moved, two.
fn change<'a>(facts: &str, paths: &mut impl Iterator<Item = &'a str>) -> Option<Change> {
    let mut words = facts.strip_prefix(':')?.split(' ');
    let (old_mode, new_mode) = (words.next()?.to_owned(), words.next()?.to_owned());
    let kind = words.nth(2)?.chars().next()?;
    let old_path = paths.next()?.to_owned();
    let new_path = if matches!(kind, 'R' | 'C') { paths.next()?.to_owned() } else { old_path.clone() };
    Some(Change { old_path, new_path, old_mode, new_mode, kind })
}

/// Cuts a patch into files. No line of a file's own begins like a heading: each has a space, `+` or `-` first.
fn pieces(patch: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut heading = true;
    for line in patch.split_inclusive('\n') {
        if line.starts_with("diff --git ") {
            pieces.push(String::new());
            heading = true;
            continue;
        }
        heading &= !line.starts_with("@@ ") && !line.starts_with("Binary files ");
        if let Some(piece) = pieces.last_mut().filter(|_| !heading) {
            piece.push_str(line);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn headings_are_cut_off_and_lines_that_look_like_them_stay() {
        let patch = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n one\n+diff --git a/y b/y\n\
                     diff --git a/z b/z\nold mode 100644\nnew mode 100755\n\
                     diff --git a/p b/p\nBinary files a/p and b/p differ\n";
        let expected = ["@@ -1 +1,2 @@\n one\n+diff --git a/y b/y\n", "", "Binary files a/p and b/p differ\n"];
        assert_eq!(pieces(patch), expected);
    }
}
