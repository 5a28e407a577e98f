//! One bare repository: making, finding and removing it, its default branch, its upkeep.

use std::io;
use std::path::{Path, PathBuf};

use crate::command;
use crate::error::{Error, Result};
use crate::names;
use crate::root::Git;

/// One bare repository. Cheap to clone; holds nothing open.
#[derive(Clone, Debug)]
pub struct Repository {
    pub(crate) git: Git,
    pub(crate) path: PathBuf,
}

impl Repository {
    /// Whether it is there.
    pub fn exists(&self) -> bool {
        self.path.join("HEAD").is_file()
    }

    /// Where it lies, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it, empty, with `HEAD` at a branch that has no commit yet.
    ///
    /// It appears whole or not at all. One that is there already is [`Error::Conflict`].
    pub async fn init(&self, default_branch: &str) -> Result<()> {
        names::check_branch(default_branch)?;
        if self.exists() {
            return Err(Error::conflict("the repository exists already"));
        }
        let staged = self.set_aside("new");
        let action = || format!("cannot make {}", self.path.display());
        for folder in [staged.parent(), self.path.parent()].into_iter().flatten() {
            tokio::fs::create_dir_all(folder).await.map_err(Error::io(action()))?;
        }
        let branch = format!("--initial-branch={default_branch}");
        let args = ["init", "--quiet", "--bare", "--template=", &branch];
        let mut init = self.git.command(&args);
        init.arg(&staged);
        let made = command::run(init, &args, b"").await?;
        if !made.status.success() {
            drop(tokio::fs::remove_dir_all(&staged).await);
            return Err(Error::failed("init", &made.stderr));
        }
        for file in [staged.join("HEAD"), staged.join("config")] {
            sync(&file).await?;
        }
        match tokio::fs::rename(&staged, &self.path).await {
            Ok(()) => sync(self.path.parent().unwrap_or(&self.path)).await,
            Err(error) => {
                drop(tokio::fs::remove_dir_all(&staged).await);
                if self.exists() {
                    return Err(Error::conflict("the repository exists already"));
                }
                Err(Error::io(action())(error))
            }
        }
    }

    /// Removes it. One that is not there counts as removed.
    pub async fn delete(&self) -> Result<()> {
        let aside = self.set_aside("old");
        let action = || format!("cannot remove {}", self.path.display());
        if let Some(folder) = aside.parent() {
            tokio::fs::create_dir_all(folder).await.map_err(Error::io(action()))?;
        }
        // Out of sight in one step; a crash in the middle of removal leaves no half repository.
        match tokio::fs::rename(&self.path, &aside).await {
            Ok(()) => tokio::fs::remove_dir_all(&aside).await.map_err(Error::io(action())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Error::io(action())(error)),
        }
    }

    /// The branch `HEAD` names, whether or not it has commits; `None` when `HEAD` is detached.
    pub async fn default_branch(&self) -> Result<Option<String>> {
        let head = match tokio::fs::read_to_string(self.path.join("HEAD")).await {
            Ok(head) => head,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Error::not_found("the repository")),
            Err(error) => return Err(Error::io("cannot read HEAD")(error)),
        };
        Ok(head.trim_end().strip_prefix("ref: refs/heads/").map(str::to_owned))
    }

    /// Points `HEAD` at a branch, which need not exist yet.
    pub async fn set_default_branch(&self, branch: &str) -> Result<()> {
        names::check_branch(branch)?;
        self.output(&["symbolic-ref", "HEAD", &format!("refs/heads/{branch}")], b"").await?;
        Ok(())
    }

    /// Packs what many small pushes left behind and drops what nothing refers to for two weeks.
    /// Does nothing while there is little to gain; meant to be called now and then.
    pub async fn maintain(&self) -> Result<()> {
        let config = ["-c", "gc.auto=2000", "-c", "gc.autoPackLimit=40", "-c", "gc.autoDetach=false"];
        let args = [&config[..], &["gc", "--auto", "--quiet"]].concat();
        self.output(&args, b"").await?;
        Ok(())
    }

    /// Puts all refs into one file. Not to be ended half-way: it would leave a lock behind.
    pub async fn pack_refs(&self) -> Result<()> {
        self.output(&["pack-refs", "--all", "--prune"], b"").await?;
        Ok(())
    }

    /// Packs every object anew and drops what nothing has referred to for two weeks; with `prune`, for half an hour,
    /// which is longer than a push waits between its objects and its refs. May be ended at any time.
    pub async fn repack(&self, prune: bool) -> Result<()> {
        let age = if prune { "30.minutes.ago" } else { "2.weeks.ago" };
        let unpack = format!("--unpack-unreachable={age}");
        self.output(&["-c", "pack.threads=1", "repack", "-A", "-d", "-l", "-q", &unpack], b"").await?;
        self.output(&["prune", &format!("--expire={age}")], b"").await?;
        Ok(())
    }

    /// A name beside the repositories that nobody else uses.
    pub(crate) fn set_aside(&self, purpose: &str) -> PathBuf {
        self.git.set_aside(purpose, &self.path.file_name().unwrap_or_default().to_string_lossy())
    }
}

/// Makes a file, or the names in a folder, survive a power cut.
async fn sync(path: &Path) -> Result<()> {
    let action = || format!("cannot write {} to disk", path.display());
    let file = tokio::fs::File::open(path).await.map_err(Error::io(action()))?;
    file.sync_all().await.map_err(Error::io(action()))
}
