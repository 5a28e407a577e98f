//! Who may make, see and change runners (runner protocol §3): the instance's are for administrators,
//! a group's for its owners, a project's for its maintainers.

use crate::access::{Ability, NamespaceRef, ProjectRef, find_project, group_with_role};
use crate::{Caller, Error, Result};
use pipewright_model::{AccessLevel, NamespaceId, ProjectId, Runner, RunnerId, RunnerType, User};
use pipewright_store::{Tx, members, projects, runners};
use std::sync::Arc;

/// Where a runner or a registration token belongs, as a caller names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The whole server.
    Instance,
    /// A group and all below it.
    Group(NamespaceRef),
    /// A project.
    Project(ProjectRef),
}

/// The same, found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Instance,
    Group(NamespaceId),
    Project(ProjectId),
}

impl Owner {
    /// The type of the runners that belong there.
    pub(super) fn runner_type(self) -> RunnerType {
        match self {
            Self::Instance => RunnerType::Instance,
            Self::Group(_) => RunnerType::Group,
            Self::Project(_) => RunnerType::Project,
        }
    }
}

/// What somebody wants to do with a runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// See it.
    Read,
    /// Change, remove, reset or hand it on.
    Manage,
}

/// The person calling: jobs have no hand in runners.
pub(super) fn person(caller: &Caller) -> Result<&Arc<User>> {
    match caller {
        Caller::Job(_) => Err(Error::forbidden()),
        Caller::Anonymous | Caller::User(_) => caller.require_user(),
    }
}

/// 403 for whoever is no administrator.
pub(super) fn administrator(caller: &Caller) -> Result<()> {
    person(caller)?;
    if caller.is_admin() { Ok(()) } else { Err(Error::forbidden()) }
}

/// The place, if the caller may put runners there.
pub(super) fn place(tx: &Tx<'_>, caller: &Caller, place: &Place) -> Result<Owner> {
    person(caller)?;
    Ok(match place {
        Place::Instance => {
            administrator(caller)?;
            Owner::Instance
        }
        Place::Group(group) => Owner::Group(group_with_role(tx, caller, group, AccessLevel::Owner)?.id),
        Place::Project(project) => Owner::Project(find_project(tx, caller, project, Ability::AdminProject)?.id),
    })
}

/// The runner, if the caller has that right; 404 if there is none, 403 where he has not.
pub(super) fn find(tx: &Tx<'_>, caller: &Caller, id: RunnerId, right: Right) -> Result<Runner> {
    person(caller)?;
    let runner = runners::get(tx, id)?.ok_or_else(|| Error::missing("Runner"))?;
    if may(tx, caller, &runner, right)? { Ok(runner) } else { Err(Error::forbidden_because("No access granted")) }
}

/// Whether the caller has that right.
pub(super) fn may(tx: &Tx<'_>, caller: &Caller, runner: &Runner, right: Right) -> Result<bool> {
    if caller.is_admin() {
        return Ok(true);
    }
    let user = person(caller)?.id;
    match runner.runner_type {
        RunnerType::Instance => return Ok(right == Right::Read),
        RunnerType::Group => {
            let least = if right == Right::Read { AccessLevel::Maintainer } else { AccessLevel::Owner };
            for group in runners::namespaces(tx, runner.id)? {
                if members::role_in_namespace(tx, group, user)? >= least {
                    return Ok(true);
                }
            }
        }
        RunnerType::Project => {
            for project in runners::projects(tx, runner.id)? {
                let Some(project) = projects::by_id(tx, project)? else { continue };
                if members::role_in_project(tx, project.id, project.namespace_id, user)? >= AccessLevel::Maintainer {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}
