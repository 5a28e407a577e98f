//! What history tells: a commit's changes, the refs that hold it, what commits share, whose a line is.

use super::branches::cut;
use super::files::LARGEST_IN_JSON;
use crate::access::ProjectRef;
use crate::{Caller, Engine, Error, Result};
use pipewright_git::read::{Blob, Change, Named};
use pipewright_git::{Body, Repository};
use pipewright_model::{Commit, Project};
use pipewright_store::{Listed, Page};

/// Most refs whose common history is looked for: git is asked about each.
const MOST_REFS: usize = 100;

/// A file's change and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDiff {
    /// Paths and modes.
    pub change: Change,
    /// From the first `@@` on.
    pub text: String,
}

/// Lines one commit has left in a file.
#[derive(Clone, Debug)]
pub struct BlamedLines {
    /// The commit.
    pub commit: Commit,
    /// The lines, without their ends.
    pub lines: Vec<String>,
}

impl Engine {
    /// The files a commit changes against its first parent, cut to a page.
    pub async fn commit_diff(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        rev: &str,
        page: Page,
    ) -> Result<Listed<FileDiff>> {
        let (_, repository) = self.readable(caller, project).await?;
        let id = known(&repository, rev).await?;
        let Listed { items: changes, total } = cut(repository.changes(None, &id).await?, page);
        // Only this page's files are compared line by line.
        let texts = repository.patches(None, &id, &changes).await?;
        let items = changes.into_iter().zip(texts).map(|(change, text)| FileDiff { change, text }).collect();
        Ok(Listed { items, total })
    }

    /// The branches (`tag` is `Some(false)`), tags (`Some(true)`) or both that hold a commit.
    pub async fn refs_of_commit(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        rev: &str,
        tag: Option<bool>,
        page: Page,
    ) -> Result<Listed<Named>> {
        let (_, repository) = self.readable(caller, project).await?;
        let id = known(&repository, rev).await?;
        let mut refs = repository.refs_containing(&id).await?;
        refs.retain(|found| tag.is_none_or(|tag| found.tag == tag));
        Ok(cut(refs, page))
    }

    /// Refuses unless the caller may see this commit.
    pub async fn require_commit(&self, caller: &Caller, project: &ProjectRef, rev: &str) -> Result<()> {
        let (_, repository) = self.readable(caller, project).await?;
        known(&repository, rev).await.map(drop)
    }

    /// The newest commit that all of at least two refs share.
    pub async fn merge_base(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        refs: &[String],
    ) -> Result<(Project, Commit)> {
        let (standing, repository) = self.readable(caller, project).await?;
        if refs.len() < 2 {
            return Err(Error::BadRequest("Provide at least 2 refs".to_owned()));
        }
        if refs.len() > MOST_REFS {
            return Err(Error::BadRequest(format!("Provide at most {MOST_REFS} refs")));
        }
        let (mut ids, mut unknown) = (Vec::new(), Vec::new());
        for name in refs {
            match repository.resolve(name).await? {
                Some(id) => ids.push(id),
                None => unknown.push(name.as_str()),
            }
        }
        if !unknown.is_empty() {
            let noun = if unknown.len() == 1 { "ref" } else { "refs" };
            return Err(Error::BadRequest(format!("Could not find {noun}: {}", unknown.join(", "))));
        }
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let shared = repository.merge_base_of(&ids).await?.ok_or_else(|| Error::missing("Merge Base"))?;
        Ok((standing.project, repository.commit(&shared).await?))
    }

    /// Whose each line of a file is.
    pub async fn blame(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        path: &str,
        rev: &str,
    ) -> Result<(Project, Vec<BlamedLines>)> {
        let (standing, repository) = self.readable(caller, project).await?;
        let rev = Some(rev).filter(|rev| *rev != "HEAD");
        let id = self.commit_id(&standing.project, &repository, rev).await?.ok_or_else(|| Error::missing("Commit"))?;
        let size = repository.file_info(&id, path).await.map_err(super::files::file_missing)?.size;
        if size > LARGEST_IN_JSON {
            return Err(Error::TooLarge(format!("{path} is larger than {LARGEST_IN_JSON} bytes")));
        }
        let blames = self.place(caller).await?.run(repository.blame(&id, path)).await?;
        let ids: Vec<&str> = blames.iter().map(|blame| blame.commit.as_str()).collect();
        let commits = repository.commits_by_id(&ids).await?;
        let lines = commits.into_iter().zip(blames).map(|(commit, blame)| BlamedLines { commit, lines: blame.lines });
        Ok((standing.project, lines.collect()))
    }

    /// A file's content by its own id.
    pub async fn blob(&self, caller: &Caller, project: &ProjectRef, id: &str) -> Result<Blob> {
        let (_, repository) = self.readable(caller, project).await?;
        repository.blob_by_id(id, LARGEST_IN_JSON).await.map_err(blob_missing)
    }

    /// The same, streamed, with its size in bytes.
    pub async fn raw_blob(&self, caller: &Caller, project: &ProjectRef, id: &str) -> Result<(u64, Body)> {
        let (_, repository) = self.readable(caller, project).await?;
        let size = repository.blob_size(id).await.map_err(blob_missing)?;
        Ok((size, repository.blob_stream(id)?))
    }

    /// The whole repository as a tar archive, for administrators.
    pub async fn snapshot(&self, caller: &Caller, project: &ProjectRef) -> Result<Body> {
        crate::identity::users::require_admin(caller)?;
        let (_, repository) = self.readable(caller, project).await?;
        Ok(self.place(caller).await?.stream(repository.snapshot()?))
    }
}

/// The full id of a commit, given by its id, a branch or a tag.
pub(super) async fn known(repository: &Repository, rev: &str) -> Result<String> {
    repository.resolve(rev).await?.ok_or_else(|| Error::missing("Commit"))
}

fn blob_missing(error: pipewright_git::Error) -> Error {
    match error {
        pipewright_git::Error::NotFound { .. } | pipewright_git::Error::BadName { .. } => Error::missing("Blob"),
        error => error.into(),
    }
}
