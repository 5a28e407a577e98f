//! Work trees of tests: git itself, on the command line, as anybody runs it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A work tree in a throwaway folder.
pub(crate) struct Tree {
    folder: tempfile::TempDir,
}

/// How a git command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) ok: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// Fails the test unless the command did well.
    #[track_caller]
    pub(crate) fn good(self) -> String {
        assert!(self.ok, "{self:?}");
        self.out.trim().to_owned()
    }

    /// Fails the test unless the command was refused with that sentence.
    #[track_caller]
    pub(crate) fn refused(self, why: &str) {
        assert!(!self.ok && self.err.contains(why), "not refused with {why:?}: {self:?}");
    }
}

impl Tree {
    /// An empty repository on branch `main`.
    pub(crate) async fn new() -> Self {
        let tree = Self { folder: tempfile::tempdir().expect("a folder") };
        tree.git(["init", "-q", "-b", "main", "."]).await.good();
        tree
    }

    /// A clone of `url`, with more arguments of `git clone`.
    pub(crate) async fn clone(url: &str, arguments: &[&str]) -> Result<Self, Ended> {
        let tree = Self { folder: tempfile::tempdir().expect("a folder") };
        let all = [&["clone", "-q"], arguments, &[url, "."]].concat();
        let ended = tree.git(all).await;
        if ended.ok { Ok(tree) } else { Err(ended) }
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Writes a file and commits it; the new commit's id.
    pub(crate) async fn commit(&self, file: &str, content: &[u8]) -> String {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder");
        std::fs::write(path, content).expect("a file");
        self.git(["add", "."]).await.good();
        self.git(["commit", "-q", "-m", &format!("Change {file}")]).await.good();
        self.git(["rev-parse", "HEAD"]).await.good()
    }

    /// Runs git here, untouched by the machine's own settings.
    pub(crate) async fn git(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Ended {
        let output = tokio::process::Command::new("git")
            .args(["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "credential.helper="])
            .args(arguments)
            .current_dir(self.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "true")
            .stdin(Stdio::null())
            .output()
            .await
            .expect("git runs");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ended { ok: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// The address of a project with a user name and password in it.
pub(crate) fn url(base: &str, user: &str, password: &str, path: &str) -> String {
    let host = base.strip_prefix("http://").expect("an address over HTTP");
    format!("http://{user}:{password}@{host}/{path}.git")
}
