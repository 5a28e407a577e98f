//! Finding projects.

use crate::access::{self, Ability, NamespaceRef, ProjectRef, Standing, find_group};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{AccessLevel, Project, ProjectId, UserId};
use pipewright_store::projects::ProjectFilter;
use pipewright_store::{Listed, Page, members, namespaces, projects, users};

/// The caller's own roles in a project, apart by where they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnRoles {
    /// By membership of the project itself.
    pub project: Option<AccessLevel>,
    /// By membership of its groups.
    pub group: Option<AccessLevel>,
}

impl Engine {
    /// One project the caller may see, and how he stands to it.
    pub async fn project(&self, caller: &Caller, project: &ProjectRef) -> Result<Standing> {
        self.find_project(caller, project, Ability::ReadProject).await
    }

    /// One project, for administrators: what only they are told of it.
    pub async fn stored_project(&self, caller: &Caller, project: &ProjectRef) -> Result<Project> {
        crate::identity::users::require_admin(caller)?;
        Ok(self.project(caller, project).await?.project)
    }

    /// Projects the caller may see that pass the filter.
    pub async fn list_projects(&self, caller: &Caller, filter: ProjectFilter, page: Page) -> Result<Listed<Project>> {
        let viewer = access::viewer(caller);
        self.db.read(move |tx| projects::list(tx, viewer, &filter, page)).await.map_err(Error::from)
    }

    /// Projects of a user's own namespace that the caller may see.
    pub async fn list_user_projects(
        &self,
        caller: &Caller,
        user: UserId,
        filter: ProjectFilter,
        page: Page,
    ) -> Result<Listed<Project>> {
        let viewer = access::viewer(caller);
        self.db
            .read(move |tx| {
                users::by_id(tx, user)?.ok_or_else(|| Error::missing("User"))?;
                let filter = ProjectFilter { owned_by: Some(user), ..filter.clone() };
                Ok(projects::list(tx, viewer, &filter, page)?)
            })
            .await
    }

    /// Projects of a group that the caller may see, those of the groups below included if wanted.
    pub async fn list_group_projects(
        &self,
        caller: &Caller,
        group: &NamespaceRef,
        include_subgroups: bool,
        filter: ProjectFilter,
        page: Page,
    ) -> Result<Listed<Project>> {
        let (caller, group) = (caller.clone(), group.clone());
        self.db
            .read(move |tx| {
                let (group, _) = find_group(tx, &caller, &group)?;
                let ids = if include_subgroups { namespaces::descendants(tx, group.id)? } else { vec![group.id] };
                let filter = ProjectFilter { namespaces: Some(ids), ..filter.clone() };
                Ok(projects::list(tx, access::viewer(&caller), &filter, page)?)
            })
            .await
    }

    /// The caller's own memberships that reach a project.
    pub async fn own_roles(&self, caller: &Caller, project: &Project) -> Result<Option<OwnRoles>> {
        let Some(user) = caller.user().map(|user| user.id) else { return Ok(None) };
        let (id, namespace) = (project.id, project.namespace_id);
        let roles = self.db.read(move |tx| {
            let direct = members::direct(tx, members::Place::Project(id), user)?.map(|member| member.access_level);
            let group = Some(members::role_in_namespace(tx, namespace, user)?).filter(|role| *role > AccessLevel::None);
            Ok::<_, pipewright_store::Error>(OwnRoles { project: direct, group })
        });
        Ok(Some(roles.await?))
    }

    /// Several projects by id, whoever may see them, in no order: for answers that mention projects.
    pub async fn projects_by_id(&self, ids: Vec<ProjectId>) -> Result<Vec<Project>> {
        self.db.read(move |tx| projects::by_ids(tx, &ids)).await.map_err(Error::from)
    }
}
