//! A conversation with `git fast-import`: it holds the commit in the making, so it can be asked
//! what is where, all earlier actions included.

use std::path::{Path, PathBuf};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};

use super::refs::ref_error;
use crate::command::{Running, start};
use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

/// What lies at a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    File { mode: String, id: String },
    Folder,
    Nothing,
}

pub(super) struct Importer {
    running: Running,
    stdin: ChildStdin,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
    /// Where git would leave its account of a conversation that ended badly.
    crash_note: PathBuf,
}

impl Importer {
    pub(super) fn start(repository: &Repository) -> Result<Self> {
        let args = ["fast-import", "--quiet", "--done", "--date-format=raw"];
        let mut command = repository.command(&args)?;
        command.env("GIT_DIR", ".");
        let (running, stdin, stdout) = start(command, &args)?;
        let stdin = stdin.ok_or_else(|| Error::failed("fast-import", "its input is not connected"))?;
        let crash_note = repository.path.join(format!("fast_import_crash_{}", running.pid()));
        let folder = repository.path.clone();
        Ok(Self { running, stdin, answers: BufReader::new(stdout), folder, crash_note })
    }

    /// Opens the commit.
    pub(super) async fn begin(
        &mut self,
        branch: &str,
        author: &str,
        committer: &str,
        message: &str,
        parent: Option<&str>,
    ) -> Result<()> {
        let people = format!("author {author}\ncommitter {committer}\n");
        let from = parent.map(|parent| format!("from {parent}\n")).unwrap_or_default();
        let length = message.len();
        let head = format!("commit refs/heads/{branch}\nmark :1\n{people}data {length}\n{message}\n{from}");
        self.send(head.as_bytes()).await
    }

    /// What is at a path now.
    pub(super) async fn look(&mut self, path: &str) -> Result<Found> {
        self.send(format!("ls {}\n", quote(path)).as_bytes()).await?;
        let line = self.answer().await?;
        let mut words = line.split([' ', '\t']);
        let (mode, kind, id) = (words.next().unwrap_or(""), words.next().unwrap_or(""), words.next().unwrap_or(""));
        match (mode, kind) {
            ("missing", _) => Ok(Found::Nothing),
            (_, "tree") => Ok(Found::Folder),
            (_, "blob" | "commit") => Ok(Found::File { mode: mode.to_owned(), id: id.to_owned() }),
            _ => Err(Error::failed("fast-import", &line)),
        }
    }

    /// Puts content at a path.
    pub(super) async fn put(&mut self, path: &str, mode: &str, content: &[u8]) -> Result<()> {
        let head = format!("M {mode} inline {}\ndata {}\n", quote(path), content.len());
        self.send(head.as_bytes()).await?;
        self.send(content).await?;
        self.send(b"\n").await
    }

    /// Puts an object that exists already at a path.
    pub(super) async fn link(&mut self, path: &str, mode: &str, id: &str) -> Result<()> {
        self.send(format!("M {mode} {id} {}\n", quote(path)).as_bytes()).await
    }

    /// Removes a file.
    pub(super) async fn delete(&mut self, path: &str) -> Result<()> {
        self.send(format!("D {}\n", quote(path)).as_bytes()).await
    }

    /// Closes the commit and returns its id. The branch moves only in [`Importer::finish`].
    pub(super) async fn commit_id(&mut self) -> Result<String> {
        self.send(b"\nget-mark :1\n").await?;
        let id = self.answer().await?;
        if names::is_oid(&id) { Ok(id) } else { Err(Error::failed("fast-import", &id)) }
    }

    /// Stores everything and moves the branch.
    pub(super) async fn finish(mut self, branch: &str) -> Result<()> {
        self.send(b"done\n").await?;
        drop(self.stdin);
        let (status, stderr) = self.running.wait().await?;
        if status.success() {
            return Ok(());
        }
        clear_up(&self.folder, &self.crash_note, &stderr).await;
        // A branch that moved on does not contain what was built on: git leaves it alone.
        if stderr.contains("Not updating") {
            return Err(Error::conflict(format!("branch {branch} was moved by somebody else in the meantime")));
        }
        Err(ref_error(&format!("refs/heads/{branch}"), &stderr))
    }

    /// Ends without a commit. A word git does not know makes it clear up what it wrote; killing it
    /// would leave half a pack behind. Returns what git had to say when it had ended before.
    pub(super) async fn abandon(mut self) -> Option<Error> {
        let ended_before = self.send(b"\nabandon\n").await.is_err();
        drop(self.stdin);
        let (_, stderr) = self.running.wait().await.ok()?;
        clear_up(&self.folder, &self.crash_note, &stderr).await;
        ended_before.then(|| Error::failed("fast-import", &stderr))
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.stdin.write_all(bytes).await.map_err(Error::io("cannot write to git"))
    }

    async fn answer(&mut self) -> Result<String> {
        self.stdin.flush().await.map_err(Error::io("cannot write to git"))?;
        let mut line = Vec::new();
        let read = self.answers.read_until(b'\n', &mut line).await.map_err(Error::io("cannot read from git"))?;
        if read == 0 {
            let ended = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
            return Err(Error::io("git ended early")(ended));
        }
        Ok(String::from_utf8_lossy(&line).trim_end_matches('\n').to_owned())
    }
}

/// Removes what a conversation that ended badly left behind: the note, and on a full disk the pack
/// that filled it, which git names in its last words.
async fn clear_up(folder: &Path, crash_note: &Path, last_words: &str) {
    drop(tokio::fs::remove_file(crash_note).await);
    let words = last_words.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    for name in words.filter(|word| word.starts_with("tmp_pack_") || word.starts_with("tmp_idx_")) {
        drop(tokio::fs::remove_file(folder.join("objects/pack").join(name)).await);
    }
}

/// A path in quotes. Control characters are not in it, for paths with them are refused before.
fn quote(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn quotes_and_backslashes_are_escaped() {
        assert_eq!(quote("a b/\"c\"\\d"), r#""a b/\"c\"\\d""#);
    }
}
