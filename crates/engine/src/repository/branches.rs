//! Branches by the API.

use super::commits::NewCommit;
use super::pushes::moved;
use crate::access::{Ability, ProjectRef, RefRules, Standing};
use crate::projects::create::FIRST_BRANCH;
use crate::{Caller, Engine, Error, Result};
use bytes::Bytes;
use pipewright_git::write::{Action, FileAction};
use pipewright_git::{Repository, read::Ref};
use pipewright_model::protected_ref::wildcard;
use pipewright_model::{AccessLevel, Commit, Project, User};
use pipewright_store::{Listed, Page};
use std::sync::Arc;

/// A branch as a caller sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Short name.
    pub name: String,
    /// Its newest commit.
    pub commit: Commit,
    /// All of it is in the default branch.
    pub merged: bool,
    /// A rule protects it.
    pub protected: bool,
    /// Developers may push although it is protected.
    pub developers_can_push: bool,
    /// Developers may merge although it is protected.
    pub developers_can_merge: bool,
    /// The caller may push.
    pub can_push: bool,
    /// It is the default branch.
    pub default: bool,
}

/// Which branches (or tags) to list, by name.
#[derive(Clone, Debug, Default)]
pub struct NameFilter {
    /// The name contains it; `^` and `$` at its ends mean the name's.
    pub search: Option<String>,
}

impl NameFilter {
    /// Whether a name passes.
    pub fn passes(&self, name: &str) -> bool {
        let Some(search) = self.search.as_deref().filter(|search| !search.is_empty()) else { return true };
        let (name, search) = (name.to_lowercase(), search.to_lowercase());
        if search.contains('*') {
            return wildcard(&search, &name);
        }
        match (search.strip_prefix('^'), search.strip_suffix('$')) {
            (Some(start), None) => name.starts_with(start),
            (None, Some(end)) => name.ends_with(end),
            (Some(_), Some(_)) => name == search[1..search.len() - 1],
            (None, None) => name.contains(&search),
        }
    }
}

/// Cuts a list held in memory to a page.
pub(crate) fn cut<T>(items: Vec<T>, page: Page) -> Listed<T> {
    let total = items.len() as i64;
    let items = items.into_iter().skip(page.offset as usize).take(page.limit as usize).collect();
    Listed { items, total }
}

impl Engine {
    /// Branches whose name passes the filter, by name.
    pub async fn list_branches(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        filter: &NameFilter,
        page: Page,
    ) -> Result<Listed<Branch>> {
        let (standing, repository) = self.readable(caller, project).await?;
        let refs = repository.branches().await?.into_iter().filter(|found| filter.passes(&found.name)).collect();
        let Listed { items: refs, total } = cut(refs, page);
        let ids: Vec<&str> = refs.iter().map(|found| found.id.as_str()).collect();
        let commits = repository.commits_by_id(&ids).await?;
        let rules = self.branch_rules(&standing).await?;
        let describe = |(found, commit): (Ref, Commit)| describe(caller, &standing, &rules, found.name, commit);
        Ok(Listed { items: refs.into_iter().zip(commits).map(describe).collect(), total })
    }

    /// One branch.
    pub async fn branch(&self, caller: &Caller, project: &ProjectRef, name: &str) -> Result<Branch> {
        let (standing, repository) = self.readable(caller, project).await?;
        let missing = || Error::missing("Branch");
        let id = repository.branch(name).await?.ok_or_else(missing)?;
        let commit = repository.commit(&id).await?;
        let rules = self.branch_rules(&standing).await?;
        let mut branch = describe(caller, &standing, &rules, name.to_owned(), commit);
        branch.merged = merged(&repository, &standing.project, &branch).await?;
        Ok(branch)
    }

    /// Makes a branch at a branch, tag or commit.
    pub async fn create_branch(&self, caller: &Caller, project: &ProjectRef, name: &str, at: &str) -> Result<Branch> {
        let user = caller.require_user()?.id;
        let standing = self.find_project(caller, project, Ability::PushCode).await?;
        if pipewright_git::check_branch(name).is_err() {
            return Err(Error::BadRequest("Branch name is invalid".to_owned()));
        }
        self.require_push(caller, &standing, name, false).await?;
        let repository = self.repository(&standing.project).await?;
        if repository.is_empty().await? {
            self.first_commit(caller, &standing).await?;
        }
        let full = format!("refs/heads/{name}");
        let announced = self.announce_move(standing.project.id, user, &full, None).await?;
        let id = match repository.create_branch(name, at).await {
            Ok(id) => id,
            Err(error) => {
                self.call_off(announced).await?;
                return Err(match error {
                    pipewright_git::Error::NotFound { .. } => {
                        Error::BadRequest(format!("Invalid reference name: {at}"))
                    }
                    pipewright_git::Error::Conflict { .. } => Error::BadRequest("Branch already exists".to_owned()),
                    error => error.into(),
                });
            }
        };
        let update = moved(full, None, Some(id.clone()));
        self.refs_moved(&standing.project, vec![update], announced).await?;
        let commit = repository.commit(&id).await?;
        // Read now: the first branch of a project is protected by its making.
        let rules = self.branch_rules(&standing).await?;
        Ok(describe(caller, &standing, &rules, name.to_owned(), commit))
    }

    /// An empty repository gets its default branch, with an empty README, before it gets another.
    async fn first_commit(&self, caller: &Caller, standing: &Standing) -> Result<()> {
        let branch = standing.project.default_branch.as_deref().unwrap_or(FIRST_BRANCH).to_owned();
        self.require_push(caller, standing, &branch, false).await?;
        let action = Action::Create { content: Bytes::new(), executable: false };
        let new = NewCommit {
            branch,
            start: None,
            actions: vec![FileAction { path: "README.md".to_owned(), action }],
            message: "Add README.md".to_owned(),
            author_name: None,
            author_email: None,
        };
        self.commit_checked(caller, standing, new).await?;
        Ok(())
    }

    /// Removes a branch; not the default one, and a protected one for maintainers only.
    pub async fn delete_branch(&self, caller: &Caller, project: &ProjectRef, name: &str) -> Result<()> {
        caller.require_user()?;
        let standing = self.find_project(caller, project, Ability::PushCode).await?;
        let repository = self.repository(&standing.project).await?;
        repository.branch(name).await?.ok_or_else(|| Error::missing("Branch"))?;
        if standing.project.default_branch.as_deref() == Some(name) {
            return Err(Error::NotAllowed("Cannot remove HEAD branch".to_owned()));
        }
        let protected = self.branch_rules(&standing).await?.protect(name);
        if protected && standing.role < AccessLevel::Maintainer {
            return Err(Error::forbidden());
        }
        repository.delete_branch(name).await?;
        self.touch(standing.project.id).await
    }

    async fn branch_rules(&self, standing: &Standing) -> Result<RefRules> {
        let project = standing.project.id;
        self.db.read(move |tx| RefRules::read(tx, project, false)).await
    }
}

fn describe(caller: &Caller, standing: &Standing, rules: &RefRules, name: String, commit: Commit) -> Branch {
    let developers = |level: AccessLevel| level != AccessLevel::None && level <= AccessLevel::Developer;
    let pushes = |user: &Arc<User>| standing.can(Ability::PushCode) && rules.may_push(user, standing.role, &name);
    let can_push = caller.user().is_some_and(pushes);
    let developers_can_push = rules.covering(&name).any(|rule| developers(rule.push_level));
    let developers_can_merge = rules.covering(&name).any(|rule| developers(rule.merge_level));
    Branch {
        merged: false,
        protected: rules.protect(&name),
        developers_can_push,
        developers_can_merge,
        can_push,
        default: standing.project.default_branch.as_ref() == Some(&name),
        name,
        commit,
    }
}

async fn merged(repository: &Repository, project: &Project, branch: &Branch) -> Result<bool> {
    let Some(default) = project.default_branch.as_deref().filter(|default| *default != branch.name) else {
        return Ok(false);
    };
    match repository.branch(default).await? {
        Some(tip) => Ok(repository.is_ancestor(&branch.commit.id, &tip).await?),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::NameFilter;

    #[test]
    fn a_search_may_be_anchored() {
        let passes = |search: &str, name: &str| NameFilter { search: Some(search.to_owned()) }.passes(name);
        assert!(passes("MAI", "main") && passes("^ma", "main") && passes("in$", "main") && passes("^main$", "main"));
        assert!(!passes("^ain", "main") && !passes("mai$", "main") && !passes("^mai$", "main"));
        assert!(passes("rel*x", "rel/1/x") && passes("", "main"));
    }
}
