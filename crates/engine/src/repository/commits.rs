//! Commits: read, and made by the API.

use super::person;
use super::pushes::moved;
use crate::access::{Ability, ProjectRef, Standing};
use crate::{Caller, Engine, Error, Result};
use bytes::Bytes;
use pipewright_git::read::LogQuery;
use pipewright_git::write::{Action, CommitRequest, FileAction, Person};
use pipewright_model::{Commit, Pipeline, Project, Timestamp};
use pipewright_store::Page;
use pipewright_store::pipeline_lists::{self, PipelineFilter};

/// Most file actions of one commit.
pub const MOST_ACTIONS: usize = 10_000;

/// A commit to be made.
#[derive(Clone, Debug)]
pub struct NewCommit {
    /// The branch it goes onto.
    pub branch: String,
    /// Where a new branch starts: a branch, tag or commit.
    pub start: Option<String>,
    /// What it does, in this order.
    pub actions: Vec<FileAction>,
    /// The whole message.
    pub message: String,
    /// Who wrote it; the caller by default.
    pub author_name: Option<String>,
    /// The author's address; the caller's by default.
    pub author_email: Option<String>,
}

/// Which part of history to list.
#[derive(Clone, Debug, Default)]
pub struct CommitFilter {
    /// A branch, tag or commit; the default branch by default.
    pub ref_name: Option<String>,
    /// From every branch and tag, whatever is named.
    pub everywhere: bool,
    /// Only commits that touch this file or folder.
    pub path: Option<String>,
    /// Only commits made at or after this time.
    pub since: Option<Timestamp>,
    /// Only commits made at or before this time.
    pub until: Option<Timestamp>,
}

impl Engine {
    /// History from a ref backwards; one row more than `page` has room for tells that there is more.
    pub async fn list_commits(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        filter: CommitFilter,
        page: Page,
    ) -> Result<(Project, Vec<Commit>)> {
        let (standing, repository) = self.readable(caller, project).await?;
        let named = filter.ref_name.as_deref().filter(|name| !name.is_empty());
        let Some(rev) = self.commit_id(&standing.project, &repository, named).await? else {
            // An empty repository has no commits; a ref that is not there is an error.
            return if named.is_none() || repository.is_empty().await? {
                Ok((standing.project, Vec::new()))
            } else {
                Err(Error::missing("Commit"))
            };
        };
        let query = LogQuery {
            rev: if filter.everywhere { String::new() } else { rev },
            path: filter.path.filter(|path| !path.is_empty()),
            since: filter.since,
            until: filter.until,
            skip: page.offset as u64,
            max: page.limit as u64,
        };
        Ok((standing.project, repository.commits(&query).await?))
    }

    /// One commit by its id, or by a branch or tag; with its newest pipeline, if the caller may read it.
    pub async fn commit(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        rev: &str,
    ) -> Result<(Project, Commit, Option<Pipeline>)> {
        let (standing, repository) = self.readable(caller, project).await?;
        let id = repository.resolve(rev).await?.ok_or_else(|| Error::missing("Commit"))?;
        let commit = repository.commit(&id).await?;
        let newest = if standing.can(Ability::ReadPipelines) {
            let (project, filter) =
                (standing.project.id, PipelineFilter { sha: Some(id), ..PipelineFilter::default() });
            let found = self.db.read(move |tx| pipeline_lists::list(tx, project, &filter, Page::first(1)));
            found.await.map_err(Error::from)?.items.pop()
        } else {
            None
        };
        Ok((standing.project, commit, newest))
    }

    /// Makes a commit of file actions, which counts as a push.
    pub async fn create_commit(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        new: NewCommit,
    ) -> Result<(Project, Commit)> {
        caller.require_user()?;
        let standing = self.find_project(caller, project, Ability::PushCode).await?;
        self.require_push(caller, &standing, &new.branch, false).await?;
        let commit = self.commit_checked(caller, &standing, new).await?;
        Ok((standing.project, commit))
    }

    /// Makes a commit where the right to push was checked.
    pub(crate) async fn commit_checked(&self, caller: &Caller, standing: &Standing, new: NewCommit) -> Result<Commit> {
        let user = caller.require_user()?.clone();
        if new.actions.len() > MOST_ACTIONS {
            return Err(Error::BadRequest(format!("a commit can have at most {MOST_ACTIONS} actions")));
        }
        let repository = self.repository(&standing.project).await?;
        let committer = person(&user);
        let author = Person {
            name: new.author_name.unwrap_or_else(|| committer.name.clone()),
            email: new.author_email.unwrap_or_else(|| committer.email.clone()),
        };
        // A start is only for a branch that is not there yet; clients name the branch itself, too.
        let existing = repository.branch(&new.branch).await?;
        let start = new.start.filter(|_| existing.is_none());
        let request = CommitRequest {
            branch: new.branch.clone(),
            start,
            actions: new.actions,
            message: new.message,
            author,
            committer,
            time: self.clock.now(),
        };
        let full = format!("refs/heads/{}", new.branch);
        let announced = self.announce_move(standing.project.id, user.id, &full, existing.as_deref()).await?;
        let id = match repository.commit_files(&request).await {
            Ok(id) => id,
            Err(error) => {
                self.call_off(announced).await?;
                return Err(match error {
                    pipewright_git::Error::NotFound { .. } => {
                        Error::BadRequest("You can only create or edit files when you are on a branch".to_owned())
                    }
                    error => error.into(),
                });
            }
        };
        let commit = repository.commit(&id).await?;
        // What the branch pointed at when git moved it, which it did only from there.
        let before = existing.and_then(|_| commit.parent_ids.first().cloned());
        let update = moved(full, before, Some(id));
        self.refs_moved(&standing.project, vec![update], announced).await?;
        Ok(commit)
    }

    /// The first commit of a project made with a README.
    pub(crate) async fn commit_readme(&self, caller: &Caller, project: &Project, branch: &str) -> Result<()> {
        let standing = Standing {
            project: project.clone(),
            role: pipewright_model::AccessLevel::Owner,
            open: true,
            job_refused: false,
        };
        let content = Bytes::from(format!("# {}\n\n{}\n", project.name, project.settings.description));
        let readme = FileAction { path: "README.md".to_owned(), action: Action::Create { content, executable: false } };
        let new = NewCommit {
            branch: branch.to_owned(),
            start: None,
            actions: vec![readme],
            message: "Initial commit".to_owned(),
            author_name: None,
            author_email: None,
        };
        self.commit_checked(caller, &standing, new).await?;
        Ok(())
    }
}
