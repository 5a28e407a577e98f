//! Memberships of groups and projects.

use crate::access::{self, Ability, NamespaceRef, ProjectRef, find_group};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{AccessLevel, Member, Timestamp, User, UserId};
use pipewright_store::members::{self, NewMember, Place};
use pipewright_store::{Listed, Page, Tx, namespaces, users};
use std::collections::BTreeMap;

/// Most memberships looked through for the list that includes inherited ones.
const MOST_INHERITED: i64 = 10_000;

/// Where memberships are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceRef {
    /// In a group.
    Group(NamespaceRef),
    /// In a project.
    Project(ProjectRef),
}

/// Who becomes a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserRef {
    /// By id.
    Id(UserId),
    /// By name.
    Name(String),
}

/// A place, the places its members are inherited from, and the caller's role there.
struct Found {
    place: Place,
    above: Vec<Place>,
    role: AccessLevel,
}

fn find(tx: &Tx<'_>, caller: &Caller, place: &PlaceRef) -> Result<Found> {
    let groups =
        |chain: Vec<pipewright_model::Namespace>| chain.iter().map(|group| Place::Namespace(group.id)).collect();
    match place {
        PlaceRef::Project(project) => {
            let standing = access::standing(tx, caller, project)?;
            let above = groups(namespaces::chain(tx, standing.project.namespace_id)?);
            let may_admin = standing.can(Ability::AdminProject);
            let role = if may_admin { standing.role } else { standing.role.min(AccessLevel::Developer) };
            Ok(Found { place: Place::Project(standing.project.id), above, role })
        }
        PlaceRef::Group(group) => {
            let (group, role) = find_group(tx, caller, group)?;
            let chain = namespaces::chain(tx, group.id)?.into_iter().filter(|above| above.id != group.id).collect();
            Ok(Found { place: Place::Namespace(group.id), above: groups(chain), role })
        }
    }
}

impl Found {
    /// Maintainers manage a project's members, owners a group's; nobody hands out more than he has.
    fn require_manage(&self, level: AccessLevel) -> Result<()> {
        let least = match self.place {
            Place::Project(_) => AccessLevel::Maintainer,
            Place::Namespace(_) => AccessLevel::Owner,
        };
        if self.role >= least && self.role >= level { Ok(()) } else { Err(Error::forbidden()) }
    }
}

fn find_user(tx: &Tx<'_>, user: &UserRef) -> Result<User> {
    let found = match user {
        UserRef::Id(id) => users::by_id(tx, *id)?,
        UserRef::Name(name) => users::by_username(tx, name)?,
    };
    found.ok_or_else(|| Error::missing("User"))
}

/// Minimal access is no role of its own here: it would let its holder read as a guest does.
fn check(level: AccessLevel, expires_at: Option<Timestamp>, now: Timestamp) -> Result<()> {
    if !(AccessLevel::Guest..=AccessLevel::Owner).contains(&level) {
        return Err(Error::BadRequest("access_level does not have a valid value".to_owned()));
    }
    if expires_at.is_some_and(|end| end <= now) {
        return Err(Error::invalid("expires_at", "cannot be a date in the past"));
    }
    Ok(())
}

impl Engine {
    /// Members of a place; with `inherited` also those of the groups above, each user once with his
    /// highest role, by id. Whoever sees the place sees them all, also those of a private group above.
    pub async fn list_members(
        &self,
        caller: &Caller,
        place: &PlaceRef,
        inherited: bool,
        search: Option<String>,
        page: Page,
    ) -> Result<Listed<(Member, User)>> {
        let (caller, place) = (caller.clone(), place.clone());
        self.db
            .read(move |tx| {
                caller.require_user()?;
                let found = find(tx, &caller, &place)?;
                if !inherited {
                    return Ok(members::list(tx, &[found.place], None, search.as_deref(), page)?);
                }
                let places: Vec<_> = found.above.iter().copied().chain([found.place]).collect();
                let all = members::list(tx, &places, None, search.as_deref(), Page::first(MOST_INHERITED))?;
                let items = highest(all.items);
                let total = items.len() as i64;
                let items = items.into_iter().skip(page.offset as usize).take(page.limit as usize).collect();
                Ok(Listed { items, total })
            })
            .await
    }

    /// One member of a place.
    pub async fn member(
        &self,
        caller: &Caller,
        place: &PlaceRef,
        inherited: bool,
        user: UserId,
    ) -> Result<(Member, User)> {
        let (caller, place) = (caller.clone(), place.clone());
        self.db
            .read(move |tx| {
                caller.require_user()?;
                let found = find(tx, &caller, &place)?;
                let above = if inherited { found.above } else { Vec::new() };
                let places: Vec<_> = above.into_iter().chain([found.place]).collect();
                let all = members::list(tx, &places, Some(user), None, Page::first(100))?;
                highest(all.items).into_iter().next().ok_or_else(Error::record)
            })
            .await
    }

    /// Makes somebody a member.
    pub async fn add_member(
        &self,
        caller: &Caller,
        place: &PlaceRef,
        user: UserRef,
        level: AccessLevel,
        expires_at: Option<Timestamp>,
    ) -> Result<(Member, User)> {
        let by = caller.require_user()?.id;
        let now = self.clock.now();
        check(level, expires_at, now)?;
        let (caller, place) = (caller.clone(), place.clone());
        let made = self
            .db
            .write(move |tx| {
                let found = find(tx, &caller, &place)?;
                found.require_manage(level)?;
                let user = find_user(tx, &user)?;
                if members::direct(tx, found.place, user.id)?.is_some() {
                    return Err(Error::Conflict("Member already exists".to_owned()));
                }
                let new = NewMember {
                    user_id: user.id,
                    place: found.place,
                    access_level: level,
                    expires_at,
                    created_at: now,
                    created_by: Some(by),
                };
                Ok::<_, Error>((members::insert(tx, &new)?, user))
            })
            .await?;
        self.inner.memberships.may_be(expires_at);
        Ok(made)
    }

    /// Changes a member's role and end.
    pub async fn update_member(
        &self,
        caller: &Caller,
        place: &PlaceRef,
        user: UserId,
        level: AccessLevel,
        expires_at: Option<Timestamp>,
    ) -> Result<(Member, User)> {
        caller.require_user()?;
        check(level, expires_at, self.clock.now())?;
        let (caller, place) = (caller.clone(), place.clone());
        let changed = self
            .db
            .write(move |tx| {
                let found = find(tx, &caller, &place)?;
                let mut member = members::direct(tx, found.place, user)?.ok_or_else(Error::record)?;
                found.require_manage(level.max(member.access_level))?;
                keep_an_owner(tx, &member, Some(level).filter(|_| expires_at.is_none()))?;
                members::update(tx, member.id, level, expires_at)?;
                member.access_level = level;
                member.expires_at = expires_at;
                Ok::<_, Error>((member, find_user(tx, &UserRef::Id(user))?))
            })
            .await?;
        self.inner.memberships.may_be(expires_at);
        Ok(changed)
    }

    /// Ends a membership; everybody may end his own.
    pub async fn remove_member(&self, caller: &Caller, place: &PlaceRef, user: UserId) -> Result<()> {
        let own = caller.require_user()?.id == user;
        let (caller, place) = (caller.clone(), place.clone());
        self.db
            .write(move |tx| {
                let found = find(tx, &caller, &place)?;
                let member = members::direct(tx, found.place, user)?.ok_or_else(Error::record)?;
                if !own {
                    found.require_manage(member.access_level)?;
                }
                keep_an_owner(tx, &member, None)?;
                members::delete(tx, member.id)?;
                Ok(())
            })
            .await
    }
}

/// A group without an owner could be managed by nobody. `level`: what the member keeps for good.
fn keep_an_owner(tx: &Tx<'_>, member: &Member, level: Option<AccessLevel>) -> Result<()> {
    if level.is_some_and(|level| level >= AccessLevel::Owner) || !members::is_last_owner(tx, member)? {
        return Ok(());
    }
    Err(Error::forbidden_because("The last owner of a group cannot be removed"))
}

/// Each user once, by id, with his highest role: as a member of the project where he is one, else with the membership
/// that gives him the role.
fn highest(all: Vec<(Member, User)>) -> Vec<(Member, User)> {
    let mut out: BTreeMap<UserId, (Member, User)> = BTreeMap::new();
    for (member, user) in all {
        let Some((known, _)) = out.get_mut(&user.id) else {
            out.insert(user.id, (member, user));
            continue;
        };
        let level = known.access_level.max(member.access_level);
        let better = member.access_level > known.access_level && known.project_id.is_none();
        if better || member.project_id.is_some() {
            *known = member;
        }
        known.access_level = level;
    }
    out.into_values().collect()
}
