//! Groups, which may hold groups.

use crate::access::{self, NamespaceRef, find_group, group_with_role};
use crate::instance::Settings;
use crate::{Caller, Engine, Error, Result, names};
use pipewright_model::{AccessLevel, Namespace, NamespaceId, NamespaceKind, Visibility};
use pipewright_store::members::{NewMember, Place};
use pipewright_store::namespaces::{self, NamespaceFilter, Viewer};
use pipewright_store::projects::ProjectFilter;
use pipewright_store::{Listed, Page, Tx, members, projects};

/// Groups may be nested this deep.
pub(super) const DEEPEST: usize = 20;
/// Characters of a group's description.
const LONGEST_DESCRIPTION: usize = 2000;

/// A group to be made.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// Name for people.
    pub name: String,
    /// Last segment of the address.
    pub path: String,
    /// Purpose for people.
    pub description: String,
    /// Who may see it; by default what the instance has for groups, or the group above, private at the top.
    pub visibility: Option<Visibility>,
    /// The group above.
    pub parent_id: Option<NamespaceId>,
}

/// What to change of a group; `None` leaves a field.
#[derive(Clone, Debug, Default)]
pub struct GroupChange {
    /// Name for people.
    pub name: Option<String>,
    /// Last segment of the address.
    pub path: Option<String>,
    /// Purpose for people.
    pub description: Option<String>,
    /// Who may see it.
    pub visibility: Option<Visibility>,
}

impl Engine {
    /// Makes a group, whose owner the caller becomes; below another group its maintainers may. External users
    /// make none at the top.
    pub async fn create_group(&self, caller: &Caller, new: NewGroup) -> Result<Namespace> {
        let user = caller.require_user()?.id;
        let external_at_top = new.parent_id.is_none() && caller.user().is_some_and(|user| user.external);
        if matches!(caller, Caller::Job(_)) || external_at_top {
            return Err(Error::forbidden());
        }
        names::check_title(&new.name)?;
        names::check_namespace("path", &new.path, new.parent_id.is_none())?;
        names::check_text("description", &new.description, LONGEST_DESCRIPTION)?;
        let default = self.settings().await?.group_visibility;
        let (caller, now) = (caller.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let parent = match new.parent_id {
                    Some(id) => Some(group_with_role(tx, &caller, &NamespaceRef::Id(id), AccessLevel::Maintainer)?),
                    None => None,
                };
                let above = parent.as_ref().map(|parent| (parent.id, parent.full_path.clone()));
                let full = above.as_ref().map_or(new.path.clone(), |(_, above)| format!("{above}/{}", new.path));
                if full.split('/').count() > DEEPEST {
                    return Err(Error::invalid(
                        "parent_id",
                        format!("has too deep level of nesting (maximum {DEEPEST})"),
                    ));
                }
                if namespaces::by_path(tx, &full)?.is_some() || projects::by_path(tx, &full)?.is_some() {
                    return Err(taken());
                }
                let above_it = parent.as_ref().map(|parent| parent.visibility);
                let visibility = new.visibility.unwrap_or_else(|| Settings::visibility(default, above_it));
                check_visibility(visibility, parent.as_ref())?;
                let row = namespaces::NewNamespace {
                    kind: NamespaceKind::Group,
                    parent: above,
                    path: new.path.clone(),
                    name: new.name.clone(),
                    description: new.description.clone(),
                    visibility,
                    owner_id: None,
                    created_at: now,
                };
                let group = namespaces::insert(tx, &row)?;
                let owner = NewMember {
                    user_id: user,
                    place: Place::Namespace(group.id),
                    access_level: AccessLevel::Owner,
                    expires_at: None,
                    created_at: now,
                    created_by: Some(user),
                };
                members::insert(tx, &owner)?;
                Ok(group)
            })
            .await
    }

    /// Groups the caller may see that pass the filter.
    pub async fn list_groups(&self, caller: &Caller, filter: NamespaceFilter, page: Page) -> Result<Listed<Namespace>> {
        let viewer = access::viewer(caller);
        let filter = NamespaceFilter { kind: Some(NamespaceKind::Group), ..filter };
        self.db.read(move |tx| namespaces::list(tx, viewer, &filter, page)).await.map_err(Error::from)
    }

    /// The groups directly below a group that the caller may see.
    pub async fn list_subgroups(
        &self,
        caller: &Caller,
        group: &NamespaceRef,
        search: Option<String>,
        page: Page,
    ) -> Result<Listed<Namespace>> {
        let (caller, group) = (caller.clone(), group.clone());
        self.db
            .read(move |tx| {
                let (group, _) = find_group(tx, &caller, &group)?;
                let filter = NamespaceFilter {
                    kind: Some(NamespaceKind::Group),
                    parent_id: Some(group.id),
                    search: search.clone(),
                    ..NamespaceFilter::default()
                };
                Ok(namespaces::list(tx, access::viewer(&caller), &filter, page)?)
            })
            .await
    }

    /// One group the caller may see.
    pub async fn group(&self, caller: &Caller, group: &NamespaceRef) -> Result<Namespace> {
        let (caller, group) = (caller.clone(), group.clone());
        self.db.read(move |tx| Ok(find_group(tx, &caller, &group)?.0)).await
    }

    /// Changes a group; its owners.
    pub async fn update_group(&self, caller: &Caller, group: &NamespaceRef, change: GroupChange) -> Result<Namespace> {
        let (caller, group) = (caller.clone(), group.clone());
        self.db
            .write(move |tx| {
                let mut group = group_with_role(tx, &caller, &group, AccessLevel::Owner)?;
                if let Some(name) = &change.name {
                    names::check_title(name)?;
                    group.name.clone_from(name);
                }
                if let Some(visibility) = change.visibility {
                    let parent = match group.parent_id {
                        Some(id) => namespaces::by_id(tx, id)?,
                        None => None,
                    };
                    check_visibility(visibility, parent.as_ref())?;
                    check_below(tx, group.id, visibility)?;
                    group.visibility = visibility;
                }
                if let Some(description) = &change.description {
                    names::check_text("description", description, LONGEST_DESCRIPTION)?;
                    group.description.clone_from(description);
                }
                namespaces::update(tx, &group)?;
                let Some(path) = change.path.as_ref().filter(|path| **path != group.path) else { return Ok(group) };
                names::check_namespace("path", path, group.parent_id.is_none())?;
                let full = match group.full_path.rsplit_once('/') {
                    Some((above, _)) => format!("{above}/{path}"),
                    None => path.clone(),
                };
                let other = namespaces::by_path(tx, &full)?.is_some_and(|other| other.id != group.id);
                if other || projects::by_path(tx, &full)?.is_some() {
                    return Err(taken());
                }
                namespaces::rename(tx, &group, path)?;
                namespaces::by_id(tx, group.id)?.ok_or_else(|| Error::missing("Group"))
            })
            .await
    }

    /// Removes a group and the groups below it with all their projects; its owners.
    pub async fn delete_group(&self, caller: &Caller, group: &NamespaceRef) -> Result<()> {
        let (caller, group, now) = (caller.clone(), group.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let group = group_with_role(tx, &caller, &group, AccessLevel::Owner)?;
                crate::projects::delete::mark_group(tx, group.id, now)
            })
            .await?;
        self.bells.ring_work();
        Ok(())
    }
}

fn taken() -> Error {
    Error::BadRequest("Failed to save group {:path=>[\"has already been taken\"]}".to_owned())
}

/// A group is seen by no more people than the group above.
fn check_visibility(wanted: Visibility, parent: Option<&Namespace>) -> Result<()> {
    match parent {
        Some(parent) if wanted > parent.visibility => Err(Error::invalid(
            "visibility_level",
            format!("{wanted} is not allowed since the parent group has a {} visibility.", parent.visibility),
        )),
        _ => Ok(()),
    }
}

/// Nor by fewer than what is in it: who hides a group would believe that hidden too.
fn check_below(tx: &Tx<'_>, group: NamespaceId, wanted: Visibility) -> Result<()> {
    let refused = |what: &str| {
        let what = format!("{wanted} is not allowed since this group contains {what} with higher visibility.");
        Err(Error::invalid("visibility_level", what))
    };
    let groups = namespaces::descendants(tx, group)?;
    for wider in [Visibility::Internal, Visibility::Public].into_iter().filter(|wider| *wider > wanted) {
        let filter =
            ProjectFilter { namespaces: Some(groups.clone()), visibility: Some(wider), ..ProjectFilter::default() };
        if projects::list(tx, Viewer::Admin, &filter, Page::first(1))?.total > 0 {
            return refused("projects");
        }
    }
    for id in groups.into_iter().filter(|id| *id != group) {
        if namespaces::by_id(tx, id)?.is_some_and(|below| below.visibility > wanted) {
            return refused("groups");
        }
    }
    Ok(())
}
