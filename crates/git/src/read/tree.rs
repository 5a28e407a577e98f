//! Folders of a commit.

use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

/// What an entry of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file or a symbolic link.
    Blob,
    /// A folder.
    Tree,
    /// A submodule.
    Commit,
}

impl EntryKind {
    /// Git's own word, which is the API's too: `blob`, `tree` or `commit`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
            Self::Commit => "commit",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Blob, Self::Tree, Self::Commit].into_iter().find(|kind| kind.name() == word)
    }
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    /// `100644`, `100755`, `120000`, `040000` or `160000`.
    pub mode: String,
    /// What it is.
    pub kind: EntryKind,
    /// Its object id.
    pub id: String,
    /// Its path from the top of the repository.
    pub path: String,
}

impl TreeEntry {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

impl Repository {
    /// The entries of a folder (`path` empty: the top) of a commit, given by its full id; with
    /// `recursive`, of every folder below it too. A folder that does not exist, or is a file, is
    /// [`Error::NotFound`].
    pub async fn tree(&self, commit: &str, path: &str, recursive: bool) -> Result<Vec<TreeEntry>> {
        let tree = tree_name(commit, path)?;
        let args = if recursive {
            vec!["ls-tree", "-z", "--full-tree", "-r", "-t", &tree]
        } else {
            vec!["ls-tree", "-z", "--full-tree", &tree]
        };
        let found = self.run(&args, b"").await?;
        if !found.status.success() {
            return Err(missing(commit, path, &found.stderr));
        }
        let text = String::from_utf8_lossy(&found.stdout);
        Ok(text.split('\0').filter_map(|line| entry(line, path)).collect())
    }

    /// The paths of all files of a commit, given by its full id: what `rules:exists` looks at.
    pub async fn paths(&self, commit: &str) -> Result<Vec<String>> {
        let tree = tree_name(commit, "")?;
        let found = self.run(&["ls-tree", "-z", "-r", "--name-only", "--full-tree", &tree], b"").await?;
        if !found.status.success() {
            return Err(missing(commit, "", &found.stderr));
        }
        Ok(super::diff::split_paths(&found.stdout))
    }
}

/// How git is told which folder is meant.
fn tree_name(commit: &str, path: &str) -> Result<String> {
    names::oid(commit)?;
    if path.is_empty() {
        return Ok(commit.to_owned());
    }
    names::check_file_path(path)?;
    Ok(format!("{commit}:{path}"))
}

fn missing(commit: &str, path: &str, stderr: &str) -> Error {
    let known = ["Not a valid object name", "not a tree object", "does not exist in"];
    match known.iter().any(|words| stderr.contains(words)) {
        true if path.is_empty() => Error::not_found(format!("commit {commit}")),
        true => Error::not_found(format!("folder {path}")),
        false => Error::failed("ls-tree", stderr),
    }
}

fn entry(line: &str, below: &str) -> Option<TreeEntry> {
    let (facts, name) = line.split_once('\t')?;
    let mut words = facts.split(' ');
    let (mode, kind, id) = (words.next()?, words.next()?, words.next()?);
    let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
    Some(TreeEntry { mode: mode.to_owned(), kind: EntryKind::parse(kind)?, id: id.to_owned(), path })
}
