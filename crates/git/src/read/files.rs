//! Files of a commit.

use bytes::Bytes;

use crate::Body;
use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

/// A file without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// `100644`, `100755` or, for a symbolic link, `120000`.
    pub mode: String,
    /// The object id of its content.
    pub id: String,
    /// Bytes.
    pub size: u64,
}

/// A file with its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Mode, object id and size.
    pub info: FileInfo,
    /// The content; of a symbolic link, its target.
    pub bytes: Bytes,
}

impl Repository {
    /// A file of a commit, given by its full id; [`Error::NotFound`] also for folders.
    pub async fn file_info(&self, commit: &str, path: &str) -> Result<FileInfo> {
        names::oid(commit)?;
        names::check_file_path(path)?;
        let args = ["ls-tree", "-z", "-l", "--full-tree", commit, "--", path];
        let found = self.run(&args, b"").await?;
        if !found.status.success() {
            if found.stderr.contains("not a tree object") || found.stderr.contains("Not a valid object name") {
                return Err(Error::not_found(format!("commit {commit}")));
            }
            return Err(Error::failed("ls-tree", &found.stderr));
        }
        let text = String::from_utf8_lossy(&found.stdout);
        text.split('\0').find_map(info).ok_or_else(|| Error::not_found(format!("file {path}")))
    }

    /// A file of a commit with its content; one larger than `limit` bytes is [`Error::TooLarge`].
    pub async fn blob(&self, commit: &str, path: &str, limit: u64) -> Result<Blob> {
        let info = self.file_info(commit, path).await?;
        if info.size > limit {
            return Err(Error::TooLarge { what: format!("file {path}"), size: info.size, limit });
        }
        let bytes = self.output(&["cat-file", "blob", &info.id], b"").await?;
        Ok(Blob { info, bytes: bytes.into() })
    }

    /// Streams the content of a file found by [`Repository::file_info`].
    pub fn blob_stream(&self, id: &str) -> Result<Body> {
        names::oid(id)?;
        self.stream(&["cat-file", "blob", id])
    }
}

fn info(line: &str) -> Option<FileInfo> {
    let (facts, _) = line.split_once('\t')?;
    let mut words = facts.split_whitespace();
    let (mode, kind, id, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    (kind == "blob").then_some(())?;
    Some(FileInfo { mode: mode.to_owned(), id: id.to_owned(), size: size.parse().ok()? })
}
