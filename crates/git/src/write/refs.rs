//! Moving refs: each move is guarded by the value it starts from.

use pipewright_model::Timestamp;

use super::commit::Person;
use crate::ZERO;
use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

/// What makes a tag an annotated one.
#[derive(Clone, Debug)]
pub struct TagMessage {
    /// The message.
    pub text: String,
    /// Who tags.
    pub tagger: Person,
    /// When.
    pub time: Timestamp,
}

impl Repository {
    /// Makes a branch at whatever `at` stands for; returns the commit. One that exists already is
    /// [`Error::Conflict`].
    pub async fn create_branch(&self, name: &str, at: &str) -> Result<String> {
        names::check_branch(name)?;
        let id = self.commit_of(at).await?;
        self.move_ref(&format!("refs/heads/{name}"), &id, Some(ZERO)).await?;
        Ok(id)
    }

    /// Removes a branch; [`Error::NotFound`] when there is none.
    pub async fn delete_branch(&self, name: &str) -> Result<()> {
        let Some(id) = self.branch(name).await? else {
            return Err(Error::not_found(format!("branch {name}")));
        };
        self.move_ref(&format!("refs/heads/{name}"), ZERO, Some(&id)).await
    }

    /// Makes a tag at whatever `at` stands for; returns the commit. One that exists already is
    /// [`Error::Conflict`].
    pub async fn create_tag(&self, name: &str, at: &str, message: Option<&TagMessage>) -> Result<String> {
        names::check_branch(name)?;
        let commit = self.commit_of(at).await?;
        let target = match message {
            None => commit.clone(),
            Some(message) => self.tag_object(name, &commit, message).await?,
        };
        self.move_ref(&format!("refs/tags/{name}"), &target, Some(ZERO)).await?;
        Ok(commit)
    }

    /// Removes a tag; [`Error::NotFound`] when there is none.
    pub async fn delete_tag(&self, name: &str) -> Result<()> {
        let Some(tag) = self.tag(name).await? else {
            return Err(Error::not_found(format!("tag {name}")));
        };
        self.move_ref(&format!("refs/tags/{name}"), ZERO, Some(&tag.target)).await
    }

    /// Points a ref of the server's own (`refs/pipelines/7`) at an object, wherever it was before.
    pub async fn set_ref(&self, name: &str, id: &str) -> Result<()> {
        self.move_ref(name, id, None).await
    }

    /// Removes a ref by its whole name. One that is not there counts as removed.
    pub async fn delete_ref(&self, name: &str) -> Result<()> {
        self.move_ref(name, ZERO, None).await
    }

    async fn commit_of(&self, rev: &str) -> Result<String> {
        self.resolve(rev).await?.ok_or_else(|| Error::not_found(format!("revision {rev}")))
    }

    /// Moves a ref. With `old`, only from there: [`ZERO`] means that it must not exist.
    pub(crate) async fn move_ref(&self, name: &str, new: &str, old: Option<&str>) -> Result<()> {
        names::full_ref(name)?;
        names::oid(new)?;
        let command = match (names::is_zero(new), old) {
            (true, None) => format!("delete {name}\0\0"),
            (true, Some(old)) => format!("delete {name}\0{old}\0"),
            (false, None) => format!("update {name}\0{new}\0\0"),
            (false, Some(old)) => format!("update {name}\0{new}\0{old}\0"),
        };
        let done = self.run(&["update-ref", "-z", "--no-deref", "--stdin"], command.as_bytes()).await?;
        if done.status.success() {
            return Ok(());
        }
        Err(ref_error(name, &done.stderr))
    }

    async fn tag_object(&self, name: &str, commit: &str, message: &TagMessage) -> Result<String> {
        let tagger = message.tagger.ident(message.time);
        let text = message.text.replace('\0', "");
        let object = format!("object {commit}\ntype commit\ntag {name}\ntagger {tagger}\n\n{}\n", text.trim_end());
        let written = self.output(&["hash-object", "-t", "tag", "-w", "--stdin"], object.as_bytes()).await?;
        Ok(String::from_utf8_lossy(&written).trim().to_owned())
    }
}

/// Tells a ref that moved, or is in the way, from every other failure.
pub(super) fn ref_error(name: &str, stderr: &str) -> Error {
    let short = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/")).unwrap_or(name);
    if stderr.contains("reference already exists") {
        Error::conflict(format!("{short} exists already"))
    } else if stderr.contains("cannot create") || stderr.contains("exists; ") {
        Error::conflict(format!("{short} is in the way of another name, or another is in its way"))
    } else if ["but expected", "unable to resolve reference", "File exists"].iter().any(|words| stderr.contains(words))
    {
        Error::conflict(format!("{short} was moved by somebody else in the meantime"))
    } else if stderr.contains("nonexistent object") || stderr.contains("not a valid object") {
        Error::not_found("the commit")
    } else {
        Error::failed("update-ref", stderr)
    }
}
