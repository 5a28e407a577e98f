//! Objects by their ids, the refs that lead to a commit, and the whole repository as one download.

use std::process::Stdio;

use tokio::process::Command;

use super::files::{Blob, FileInfo};
use crate::Body;
use crate::command::start;
use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

/// What a branch or tag is called, and which of the two it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Short name.
    pub name: String,
    /// A tag, not a branch.
    pub tag: bool,
}

impl Repository {
    /// The size of a blob by its full id; [`Error::NotFound`] for any other object.
    pub async fn blob_size(&self, id: &str) -> Result<u64> {
        names::oid(id)?;
        let line = format!("{id}\n");
        let printed = self.output(&["cat-file", "--batch-check=%(objecttype) %(objectsize)"], line.as_bytes()).await?;
        let text = String::from_utf8_lossy(&printed);
        let size = text.trim().strip_prefix("blob ").and_then(|size| size.parse().ok());
        size.ok_or_else(|| Error::not_found(format!("blob {id}")))
    }

    /// A blob by its full id; one larger than `limit` bytes is [`Error::TooLarge`].
    pub async fn blob_by_id(&self, id: &str, limit: u64) -> Result<Blob> {
        let size = self.blob_size(id).await?;
        if size > limit {
            return Err(Error::TooLarge { what: format!("blob {id}"), size, limit });
        }
        let bytes = self.output(&["cat-file", "blob", id], b"").await?.into();
        Ok(Blob { info: FileInfo { mode: String::new(), id: id.to_owned(), size }, bytes })
    }

    /// The branches and tags from which a commit can be reached, branches first, by name.
    pub async fn refs_containing(&self, id: &str) -> Result<Vec<Named>> {
        names::oid(id)?;
        let args = ["for-each-ref", "--contains", id, "--format=%(refname)", "refs/heads", "refs/tags"];
        let printed = self.output(&args, b"").await?;
        let named = |line: &str| {
            let tag = line.strip_prefix("refs/tags/");
            let name = tag.or_else(|| line.strip_prefix("refs/heads/"))?;
            Some(Named { name: name.to_owned(), tag: tag.is_some() })
        };
        Ok(String::from_utf8_lossy(&printed).lines().filter_map(named).collect())
    }

    /// The best commit that the first of these and all others together share; `None` when there is none.
    pub async fn merge_base_of(&self, ids: &[&str]) -> Result<Option<String>> {
        for id in ids {
            names::oid(id)?;
        }
        let found = self.run(&[&["merge-base"], ids].concat(), b"").await?;
        match found.status.code() {
            Some(0) => Ok(String::from_utf8_lossy(&found.stdout).lines().next().map(str::to_owned)),
            Some(1) => Ok(None),
            _ => Err(Error::failed("merge-base", &found.stderr)),
        }
    }

    /// Streams the repository's own files (refs and objects, not its settings) as a tar archive, made by the
    /// program `tar`.
    pub fn snapshot(&self) -> Result<Body> {
        let git = self.command(&[])?;
        let mut command = Command::new("tar");
        let mut args = vec!["--create", "--file=-", "--", "HEAD", "refs", "objects"];
        if self.path.join("packed-refs").is_file() {
            args.push("packed-refs");
        }
        let environment = git.as_std().get_envs().filter_map(|(name, value)| Some((name, value?)));
        command.args(&args).env_clear().envs(environment).current_dir(&self.path).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let (running, _, stdout) = start(command, &["tar"])?;
        Ok(running.into_body(stdout))
    }
}
