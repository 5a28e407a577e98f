//! Rules that protect branches and tags; maintainers make them.

use crate::access::{self, Ability, ProjectRef};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{AccessLevel, ProjectId, ProtectedRef, ProtectedRefId};
use pipewright_store::{Tx, protected_refs};

/// A rule to be made. Levels left out are maintainer, as GitLab has it.
#[derive(Clone, Debug, Default)]
pub struct NewRule {
    /// A tag's rule rather than a branch's.
    pub tag: bool,
    /// Name, in which `*` stands for any text.
    pub name: String,
    /// Least role that may push (create, for tags).
    pub push_level: Option<AccessLevel>,
    /// Least role that may merge.
    pub merge_level: Option<AccessLevel>,
    /// History may be rewritten.
    pub allow_force_push: bool,
}

/// What to change of a rule; `None` leaves a field.
#[derive(Clone, Copy, Debug, Default)]
pub struct RuleChange {
    /// Least role that may push.
    pub push_level: Option<AccessLevel>,
    /// Least role that may merge.
    pub merge_level: Option<AccessLevel>,
    /// History may be rewritten.
    pub allow_force_push: Option<bool>,
}

/// Protects a project's default branch the moment it has one: maintainers push and merge.
pub(crate) fn protect_default_branch(tx: &Tx<'_>, project: ProjectId, branch: &str) -> Result<()> {
    if protected_refs::by_name(tx, project, false, branch)?.is_none() {
        let new = NewRule { name: branch.to_owned(), ..NewRule::default() };
        protected_refs::insert(tx, &rule(project, &new)?)?;
    }
    Ok(())
}

fn rule(project_id: ProjectId, new: &NewRule) -> Result<ProtectedRef> {
    let push_level = checked(new.push_level)?;
    let merge_level = checked(new.merge_level)?;
    Ok(ProtectedRef {
        id: ProtectedRefId(0),
        project_id,
        tag: new.tag,
        name: new.name.clone(),
        push_level,
        merge_level,
        allow_force_push: new.allow_force_push,
    })
}

/// Rules name nobody, developers, maintainers or administrators.
fn checked(level: Option<AccessLevel>) -> Result<AccessLevel> {
    match level.unwrap_or(AccessLevel::Maintainer) {
        level @ (AccessLevel::None | AccessLevel::Developer | AccessLevel::Maintainer | AccessLevel::Admin) => {
            Ok(level)
        }
        _ => Err(Error::BadRequest("access level does not have a valid value".to_owned())),
    }
}

impl Engine {
    /// A project's rules for branches, or for tags.
    pub async fn protected_refs(&self, caller: &Caller, project: &ProjectRef, tag: bool) -> Result<Vec<ProtectedRef>> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::ReadCode)?;
                Ok(protected_refs::list(tx, project.id, tag)?)
            })
            .await
    }

    /// The rule of exactly that name.
    pub async fn protected_ref(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        tag: bool,
        name: String,
    ) -> Result<ProtectedRef> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::ReadCode)?;
                protected_refs::by_name(tx, project.id, tag, &name)?.ok_or_else(Error::record)
            })
            .await
    }

    /// Protects branches or tags.
    pub async fn protect_ref(&self, caller: &Caller, project: &ProjectRef, new: NewRule) -> Result<ProtectedRef> {
        if new.name.is_empty() || new.name.len() > 255 || new.name.chars().any(char::is_control) {
            return Err(Error::invalid("name", "can't be blank"));
        }
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .write(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::AdminProject)?;
                if protected_refs::by_name(tx, project.id, new.tag, &new.name)?.is_some() {
                    let kind = if new.tag { "tag" } else { "branch" };
                    return Err(if new.tag {
                        Error::invalid("name", "has already been taken")
                    } else {
                        Error::Conflict(format!("Protected {kind} '{}' already exists", new.name))
                    });
                }
                if protected_refs::list(tx, project.id, new.tag)?.len() >= 1000 {
                    return Err(Error::BadRequest("a project can have at most 1000 rules".to_owned()));
                }
                Ok(protected_refs::insert(tx, &rule(project.id, &new)?)?)
            })
            .await
    }

    /// Changes what a rule demands.
    pub async fn update_protected_ref(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        tag: bool,
        name: String,
        change: RuleChange,
    ) -> Result<ProtectedRef> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .write(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::AdminProject)?;
                let mut rule = protected_refs::by_name(tx, project.id, tag, &name)?.ok_or_else(Error::record)?;
                rule.push_level = checked(change.push_level.or(Some(rule.push_level)))?;
                rule.merge_level = checked(change.merge_level.or(Some(rule.merge_level)))?;
                rule.allow_force_push = change.allow_force_push.unwrap_or(rule.allow_force_push);
                protected_refs::update(tx, rule.id, rule.push_level, rule.merge_level, rule.allow_force_push)?;
                Ok(rule)
            })
            .await
    }

    /// Lifts a protection.
    pub async fn unprotect_ref(&self, caller: &Caller, project: &ProjectRef, tag: bool, name: String) -> Result<()> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .write(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::AdminProject)?;
                let rule = protected_refs::by_name(tx, project.id, tag, &name)?.ok_or_else(Error::record)?;
                protected_refs::delete(tx, rule.id)?;
                Ok(())
            })
            .await
    }
}
