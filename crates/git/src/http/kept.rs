//! Which branches of a push may not lose history, in a file that the update hook reads: there may be more of them than
//! an environment holds.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::repository::Repository;

/// The file; it goes when this is dropped.
pub(super) struct Kept(PathBuf);

impl Kept {
    /// Whole names of refs, one in a line.
    pub(super) async fn write(repository: &Repository, refs: &[String]) -> Result<Self> {
        let kept = Self(repository.set_aside("keep"));
        let action = || format!("cannot write {}", kept.0.display());
        if let Some(folder) = kept.0.parent() {
            tokio::fs::create_dir_all(folder).await.map_err(Error::io(action()))?;
        }
        tokio::fs::write(&kept.0, refs.join("\n") + "\n").await.map_err(Error::io(action()))?;
        Ok(kept)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // What cannot be removed takes a few bytes and is read by nobody.
        drop(std::fs::remove_file(&self.0));
    }
}
