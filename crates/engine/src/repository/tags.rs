//! Tags by the API.

use super::branches::{NameFilter, cut};
use super::person;
use super::pushes::moved;
use crate::access::{Ability, ProjectRef, RefRules, Standing};
use crate::{Caller, Engine, Error, Result};
use pipewright_git::read;
use pipewright_git::write::TagMessage;
use pipewright_model::{AccessLevel, Commit};
use pipewright_store::{Listed, Page};

/// A tag as a caller sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Name, target, message.
    pub tag: read::Tag,
    /// The commit it stands for.
    pub commit: Commit,
    /// A rule protects it.
    pub protected: bool,
}

impl Engine {
    /// Tags whose name passes the filter: the newest names first unless `ascending`.
    pub async fn list_tags(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        filter: &NameFilter,
        ascending: bool,
        page: Page,
    ) -> Result<Listed<Tag>> {
        let (standing, repository) = self.readable(caller, project).await?;
        let mut tags: Vec<_> =
            repository.tags().await?.into_iter().filter(|found| filter.passes(&found.name)).collect();
        if !ascending {
            tags.reverse();
        }
        let Listed { items: tags, total } = cut(tags, page);
        let ids: Vec<&str> = tags.iter().map(|found| found.commit.as_str()).collect();
        let commits = repository.commits_by_id(&ids).await?;
        let rules = self.tag_rules(&standing).await?;
        let describe = |(tag, commit): (read::Tag, Commit)| Tag { protected: rules.protect(&tag.name), tag, commit };
        Ok(Listed { items: tags.into_iter().zip(commits).map(describe).collect(), total })
    }

    /// One tag.
    pub async fn tag(&self, caller: &Caller, project: &ProjectRef, name: &str) -> Result<Tag> {
        let (standing, repository) = self.readable(caller, project).await?;
        let tag = repository.tag(name).await?.ok_or_else(|| Error::missing("Tag"))?;
        let commit = repository.commit(&tag.commit).await?;
        let protected = self.tag_rules(&standing).await?.protect(name);
        Ok(Tag { tag, commit, protected })
    }

    /// Makes a tag at a branch, tag or commit; an annotated one where there is a message.
    pub async fn create_tag(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        name: &str,
        at: &str,
        message: Option<&str>,
    ) -> Result<Tag> {
        let user = caller.require_user()?.clone();
        let standing = self.find_project(caller, project, Ability::PushCode).await?;
        if pipewright_git::check_branch(name).is_err() {
            return Err(Error::BadRequest("Tag name invalid".to_owned()));
        }
        self.require_push(caller, &standing, name, true).await?;
        let repository = self.repository(&standing.project).await?;
        let message = message.filter(|text| !text.is_empty()).map(|text| TagMessage {
            text: text.to_owned(),
            tagger: person(&user),
            time: self.clock.now(),
        });
        let full = format!("refs/tags/{name}");
        let announced = self.announce_move(standing.project.id, user.id, &full, None).await?;
        if let Err(error) = repository.create_tag(name, at, message.as_ref()).await {
            self.call_off(announced).await?;
            return Err(match error {
                pipewright_git::Error::NotFound { .. } => Error::BadRequest(format!("Target {at} is invalid")),
                pipewright_git::Error::Conflict { .. } => Error::BadRequest(format!("Tag {name} already exists")),
                error => error.into(),
            });
        }
        let tag = self.tag(caller, project, name).await?;
        let update = moved(full, None, Some(tag.tag.target.clone()));
        self.refs_moved(&standing.project, vec![update], announced).await?;
        Ok(tag)
    }

    /// Removes a tag; a protected one for those who may create it.
    pub async fn delete_tag(&self, caller: &Caller, project: &ProjectRef, name: &str) -> Result<()> {
        caller.require_user()?;
        let standing = self.find_project(caller, project, Ability::PushCode).await?;
        let repository = self.repository(&standing.project).await?;
        repository.tag(name).await?.ok_or_else(|| Error::missing("Tag"))?;
        if self.tag_rules(&standing).await?.protect(name) && standing.role < AccessLevel::Maintainer {
            return Err(Error::forbidden());
        }
        repository.delete_tag(name).await?;
        self.touch(standing.project.id).await
    }

    async fn tag_rules(&self, standing: &Standing) -> Result<RefRules> {
        let project = standing.project.id;
        self.db.read(move |tx| RefRules::read(tx, project, true)).await
    }
}
