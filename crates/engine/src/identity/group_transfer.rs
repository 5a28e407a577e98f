//! Moving a group below another, or to the top.

use super::groups::DEEPEST;
use crate::access::{NamespaceRef, group_with_role, namespace_role, viewer};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{AccessLevel, Namespace, NamespaceId, NamespaceKind, Timestamp};
use pipewright_store::members::{self, NewMember, Place};
use pipewright_store::namespaces::NamespaceFilter;
use pipewright_store::{Listed, Page, Tx, namespaces, projects};

impl Engine {
    /// Moves a group with all below it; its owners, to where they are maintainers, or to the top (`None`).
    /// What is in it is shown to no more people than the group above, and its projects are still found at
    /// their old addresses until somebody takes those.
    pub async fn transfer_group(
        &self,
        caller: &Caller,
        group: &NamespaceRef,
        to: Option<NamespaceId>,
    ) -> Result<Namespace> {
        let (caller, group, now) = (caller.clone(), group.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let group = group_with_role(tx, &caller, &group, AccessLevel::Owner)?;
                let to = match to {
                    Some(id) => Some(destination(tx, &caller, id)?),
                    None => None,
                };
                transfer(tx, &caller, &group, to.as_ref(), now)
            })
            .await
    }
}

impl Engine {
    /// The groups a group's owner may move it below: those he owns, but for the one it is in, itself and those below.
    pub async fn group_transfer_locations(
        &self,
        caller: &Caller,
        group: &NamespaceRef,
        search: Option<String>,
        page: Page,
    ) -> Result<Listed<Namespace>> {
        let (caller, group) = (caller.clone(), group.clone());
        self.db
            .read(move |tx| {
                let group = group_with_role(tx, &caller, &group, AccessLevel::Owner)?;
                let mut except = namespaces::descendants(tx, group.id)?;
                except.extend(group.parent_id);
                let filter = NamespaceFilter {
                    kind: Some(NamespaceKind::Group),
                    search: search.clone(),
                    least: Some((caller.require_user()?.id, AccessLevel::Owner.number())),
                    except,
                    ..NamespaceFilter::default()
                };
                Ok(namespaces::list(tx, viewer(&caller), &filter, page)?)
            })
            .await
    }
}

/// The group to move to, which the caller may see.
fn destination(tx: &Tx<'_>, caller: &Caller, id: NamespaceId) -> Result<Namespace> {
    Ok(crate::access::find_group(tx, caller, &NamespaceRef::Id(id))?.0)
}

fn transfer(
    tx: &Tx<'_>,
    caller: &Caller,
    group: &Namespace,
    to: Option<&Namespace>,
    now: Timestamp,
) -> Result<Namespace> {
    if to.is_none() && group.parent_id.is_none() {
        return Err(failed("Group is already a root group."));
    }
    if to.is_some_and(|to| Some(to.id) == group.parent_id) {
        return Err(failed("Group is already associated to the parent group."));
    }
    check_rights(tx, caller, to)?;
    let full = to.map_or_else(|| group.path.clone(), |to| format!("{}/{}", to.full_path, group.path));
    let taken = namespaces::by_path(tx, &full)?.is_some() || projects::by_path(tx, &full)?.is_some();
    let below = namespaces::descendants(tx, group.id)?;
    if to.is_some_and(|to| below.contains(&to.id)) {
        return Err(failed("Cannot transfer group to one of its subgroup."));
    }
    if taken {
        return Err(failed("The parent group already has a subgroup or a project with the same path."));
    }
    check_depth(tx, group, &below, &full)?;
    namespaces::transfer(tx, group, to)?;
    match to {
        Some(to) => projects::narrow(tx, &below, to.visibility)?,
        None => keep_an_owner(tx, caller, group.id, now)?,
    }
    namespaces::by_id(tx, group.id)?.ok_or_else(|| Error::missing("Group"))
}

fn check_rights(tx: &Tx<'_>, caller: &Caller, to: Option<&Namespace>) -> Result<()> {
    let may = match to {
        Some(to) => to.kind == NamespaceKind::Group && namespace_role(tx, caller, to)? >= AccessLevel::Maintainer,
        None => caller.user().is_some_and(|user| !user.external),
    };
    if may { Ok(()) } else { Err(failed("You don't have enough permissions.")) }
}

/// Nothing ends up nested deeper than it could have been made.
fn check_depth(tx: &Tx<'_>, group: &Namespace, below: &[NamespaceId], full: &str) -> Result<()> {
    let depth = |path: &str| path.split('/').count();
    let deepest = namespaces::by_ids(tx, below)?.iter().map(|below| depth(&below.full_path)).max().unwrap_or_default();
    if deepest.saturating_sub(depth(&group.full_path)) + depth(full) > DEEPEST {
        return Err(failed(&format!("Groups nest too deep then (maximum {DEEPEST}).")));
    }
    Ok(())
}

/// At the top nobody owns a group by way of the one above.
fn keep_an_owner(tx: &Tx<'_>, caller: &Caller, group: NamespaceId, now: Timestamp) -> Result<()> {
    let place = Place::Namespace(group);
    let all = members::list(tx, &[place], None, None, Page::first(1000))?;
    if all.items.iter().any(|(member, _)| member.access_level >= AccessLevel::Owner) {
        return Ok(());
    }
    let user = caller.require_user()?.id;
    if let Some(member) = members::direct(tx, place, user)? {
        members::update(tx, member.id, AccessLevel::Owner, None)?;
        return Ok(());
    }
    let owner = NewMember {
        user_id: user,
        place,
        access_level: AccessLevel::Owner,
        expires_at: None,
        created_at: now,
        created_by: Some(user),
    };
    members::insert(tx, &owner)?;
    Ok(())
}

fn failed(why: &str) -> Error {
    Error::BadRequest(format!("Transfer failed: {why}"))
}
