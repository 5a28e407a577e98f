//! What is in a project's repository, read and written by git or by the API.

pub mod branches;
pub mod commits;
pub(crate) mod costly;
pub mod files;
pub mod history;
pub mod housekeeping;
mod languages;
mod moves;
pub mod pushes;
pub mod replays;
pub mod tags;

use crate::access::{self, Ability, ProjectRef, Standing};
use crate::projects::create::FIRST_BRANCH;
use crate::{Caller, Engine, Error, Result};
use pipewright_git::{Repository, write::Person};
use pipewright_model::{Project, User};

impl Engine {
    /// A project's repository; one that a crash kept from being made is made now.
    pub async fn repository(&self, project: &Project) -> Result<Repository> {
        let repository = self.git.repository(&project.repository())?;
        if !repository.exists() {
            match repository.init(project.default_branch.as_deref().unwrap_or(FIRST_BRANCH)).await {
                Ok(()) | Err(pipewright_git::Error::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(repository)
    }

    /// The project and its repository, for somebody who may read code.
    pub async fn readable(&self, caller: &Caller, project: &ProjectRef) -> Result<(Standing, Repository)> {
        let standing = self.find_project(caller, project, Ability::ReadCode).await?;
        let repository = self.repository(&standing.project).await?;
        Ok((standing, repository))
    }

    /// The full commit id a ref, tag, branch or id stands for; the default branch where none is named.
    pub(crate) async fn commit_id(
        &self,
        project: &Project,
        repository: &Repository,
        rev: Option<&str>,
    ) -> Result<Option<String>> {
        Ok(match rev.filter(|rev| !rev.is_empty()) {
            Some(rev) => repository.resolve(rev).await?,
            // The branch itself, whatever tag has its name.
            None => repository.branch(project.default_branch.as_deref().unwrap_or(FIRST_BRANCH)).await?,
        })
    }

    /// 403 unless the caller may push to that branch (create that tag).
    pub(crate) async fn require_push(&self, caller: &Caller, standing: &Standing, name: &str, tag: bool) -> Result<()> {
        standing.require(Ability::PushCode)?;
        let user = caller.require_user()?.clone();
        let (role, project, name) = (standing.role, standing.project.clone(), name.to_owned());
        let allowed = self
            .db
            .read(move |tx| {
                // Before its first push a project has no rule yet, but what is pushed will be protected.
                let first = !tag && project.default_branch.is_none();
                Ok::<_, Error>(
                    (!first || role >= pipewright_model::AccessLevel::Maintainer)
                        && access::may_push(tx, &user, role, project.id, &name, tag)?,
                )
            })
            .await?;
        if allowed { Ok(()) } else { Err(Error::forbidden()) }
    }
}

/// A user as git writes one.
pub(crate) fn person(user: &User) -> Person {
    Person { name: user.name.clone(), email: user.email.clone() }
}
