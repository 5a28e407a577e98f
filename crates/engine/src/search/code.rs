//! Code and commits of a project: git looks, for a bounded time, two searches at once.

use super::query::Query;
use crate::access::{Ability, ProjectRef, Standing};
use crate::projects::create::FIRST_BRANCH;
use crate::repository::branches::cut;
use crate::{Caller, Engine, Error, Result};
use pipewright_git::Repository;
use pipewright_git::read::{Found, Sized};
use pipewright_model::{Commit, Pipeline, Project};
use pipewright_store::pipeline_lists::{self, PipelineFilter};
use pipewright_store::{Listed, Page};

/// What is found beyond a page's beginning is counted this far.
const AHEAD: i64 = 101;
/// The furthest a page may begin.
const FURTHEST: i64 = 10_000;
/// Bytes shown of a file that was found by its path.
const SHOWN: u64 = 1024;

/// A place in the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCode {
    /// The file, from the top of the repository.
    pub path: String,
    /// The object id of its content, where it was found by its path.
    pub id: Option<String>,
    /// Number of the first line shown.
    pub line: u64,
    /// The lines.
    pub text: String,
}

/// A commit with its newest pipeline, if the caller may read it.
pub type FoundCommit = (Commit, Option<Pipeline>);

/// A file whose path was named, or lines in one.
enum Hit {
    File(Sized),
    Lines(Found),
}

impl Engine {
    /// Files at or below that path, then places with that text, in a branch, tag or commit (the default branch if none
    /// is named), which is returned too. `filename:`, `path:` and `extension:` narrow it down. Who may not read code
    /// finds nothing, nor does who names no commit.
    pub async fn search_code(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        text: &str,
        rev: Option<&str>,
        page: Page,
    ) -> Result<(Project, String, Listed<FoundCode>)> {
        let query = Query::read(text);
        let (standing, place) = self.searched(caller, project, rev, &query.text, page).await?;
        let branch = standing.project.default_branch.as_deref().unwrap_or(FIRST_BRANCH);
        let name = rev.filter(|rev| !rev.is_empty()).unwrap_or(branch).to_owned();
        let Some((repository, commit)) = place else { return Ok((standing.project, name, nothing())) };
        let found = self.look_through(caller, look(&repository, &commit, &query, page)).await?;
        Ok((standing.project, name, found))
    }

    /// Commits that lead to a branch, tag or commit (the default branch if none is named) and have that text in their
    /// message, newest first; then the one with that id. Who may not read code finds nothing.
    pub async fn search_commits(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        text: &str,
        rev: Option<&str>,
        page: Page,
    ) -> Result<(Project, Listed<FoundCommit>)> {
        let text = text.trim();
        let (standing, place) = self.searched(caller, project, rev, text, page).await?;
        let Some((repository, from)) = place else { return Ok((standing.project, nothing())) };
        let most = (page.offset + AHEAD) as u64;
        let Listed { items, total } = self
            .look_through(caller, async {
                let mut commits = repository.commits_saying(&from, text, most).await?;
                if (7..=64).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_hexdigit())
                    && let Some(id) = repository.resolve(text).await?
                    && commits.iter().all(|commit| commit.id != id)
                {
                    commits.push(repository.commit(&id).await?);
                }
                Ok(cut(commits, page))
            })
            .await?;
        let items = self.with_pipelines(&standing, items).await?;
        Ok((standing.project, Listed { items, total }))
    }

    /// The project, and its repository with the commit to look in, where there is anything to be found.
    async fn searched(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        rev: Option<&str>,
        text: &str,
        page: Page,
    ) -> Result<(Standing, Option<(Repository, String)>)> {
        caller.require_user()?;
        let standing = self.project(caller, project).await?;
        if text.is_empty() || page.offset > FURTHEST || !standing.can(Ability::ReadCode) {
            return Ok((standing, None));
        }
        let repository = self.repository(&standing.project).await?;
        let commit = self.commit_id(&standing.project, &repository, rev).await?;
        Ok((standing, commit.map(|commit| (repository, commit))))
    }

    async fn with_pipelines(&self, standing: &Standing, commits: Vec<Commit>) -> Result<Vec<FoundCommit>> {
        if !standing.can(Ability::ReadPipelines) {
            return Ok(commits.into_iter().map(|commit| (commit, None)).collect());
        }
        let project = standing.project.id;
        let newest = move |tx: &pipewright_store::Tx<'_>, commit: &Commit| {
            let filter = PipelineFilter { sha: Some(commit.id.clone()), ..PipelineFilter::default() };
            Ok::<_, Error>(pipeline_lists::list(tx, project, &filter, Page::first(1))?.items.pop())
        };
        self.db.read(move |tx| commits.iter().map(|commit| Ok((commit.clone(), newest(tx, commit)?))).collect()).await
    }
}

fn nothing<T>() -> Listed<T> {
    Listed { items: Vec::new(), total: 0 }
}

async fn look(repository: &Repository, commit: &str, query: &Query, page: Page) -> Result<Listed<FoundCode>> {
    let path = query.text.trim_matches('/');
    let files = if path.is_empty() { Vec::new() } else { repository.files_below(commit, path).await? };
    let lines = repository.grep(commit, &query.text).await?;
    let files = files.into_iter().filter(|file| query.takes(&file.path)).map(Hit::File);
    let lines = lines.into_iter().filter(|found| query.takes(&found.path)).map(Hit::Lines);
    let most = (page.offset + AHEAD) as usize;
    let Listed { items, total } = cut(files.chain(lines).take(most).collect(), page);
    let mut found = Vec::with_capacity(items.len());
    for hit in items {
        found.push(match hit {
            Hit::Lines(Found { path, line, text }) => FoundCode { path, id: None, line, text },
            Hit::File(file) => {
                let shown = repository.beginning(&file.id, SHOWN).await?;
                let text = String::from_utf8_lossy(&shown).into_owned();
                FoundCode { path: file.path, id: Some(file.id), line: 1, text }
            }
        });
    }
    Ok(Listed { items: found, total })
}
