//! Changing a project.

use super::settings;
use crate::access::{self, Ability, ProjectRef};
use crate::{Caller, Engine, Error, Result, cluster_agents, names};
use pipewright_model::{Project, Timestamp, Visibility};
use pipewright_store::{Tx, namespaces, projects};
use serde_json::{Map, Value};

/// What to change; `None` leaves a field.
#[derive(Clone, Debug, Default)]
pub struct ProjectChange {
    /// Name for people.
    pub name: Option<String>,
    /// Last segment of the address.
    pub path: Option<String>,
    /// Who may see it.
    pub visibility: Option<Visibility>,
    /// Branch that is checked out by default; it must exist.
    pub default_branch: Option<String>,
    /// Settings by their names in the API.
    pub settings: Map<String, Value>,
}

impl Engine {
    /// Changes a project; its maintainers. Who may see it is for its owners to say, how large its archives may
    /// be for administrators.
    pub async fn update_project(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        change: ProjectChange,
    ) -> Result<Project> {
        if let Some(branch) = &change.default_branch {
            let standing = self.find_project(caller, project, Ability::AdminProject).await?;
            let repository = self.repository(&standing.project).await?;
            if repository.branch(branch).await?.is_none() {
                return Err(Error::invalid("base", "Could not change HEAD: branch does not exist"));
            }
        }
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        let branch = change.default_branch.clone();
        let changed = self.db.write(move |tx| update(tx, &caller, &project, &change, now)).await?;
        self.bells.ring_work();
        // Git follows what was decided: a change that is refused moves nothing.
        if let Some(branch) = &branch {
            self.repository(&changed).await?.set_default_branch(branch).await?;
        }
        Ok(changed)
    }

    /// Makes a project read-only, or lifts that; its owners.
    pub async fn archive_project(&self, caller: &Caller, project: &ProjectRef, archived: bool) -> Result<Project> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let mut project = access::find_project(tx, &caller, &project, Ability::OwnProject)?;
                project.archived = archived;
                project.updated_at = now;
                projects::update(tx, &project)?;
                Ok(project)
            })
            .await
    }
}

fn update(
    tx: &Tx<'_>,
    caller: &Caller,
    project: &ProjectRef,
    change: &ProjectChange,
    now: Timestamp,
) -> Result<Project> {
    let mut project = access::find_project(tx, caller, project, Ability::AdminProject)?;
    let namespace = namespaces::by_id(tx, project.namespace_id)?.ok_or_else(|| Error::missing("Namespace"))?;
    if let Some(name) = &change.name {
        names::check_title(name)?;
        project.name.clone_from(name);
    }
    if let Some(path) = change.path.as_ref().filter(|path| **path != project.path) {
        names::check_project(path)?;
        let full = format!("{}/{path}", namespace.full_path);
        let other = projects::by_path(tx, &full)?.is_some_and(|other| other.id != project.id);
        if other || namespaces::by_path(tx, &full)?.is_some() {
            return Err(Error::invalid("path", "has already been taken"));
        }
        project.path.clone_from(path);
        project.full_path = full;
    }
    if let Some(wanted) = change.visibility.filter(|wanted| *wanted != project.visibility) {
        access::find_project(tx, caller, &ProjectRef::Id(project.id), Ability::OwnProject)?;
        project.visibility = super::create::visibility(wanted, &namespace)?;
    }
    if let Some(branch) = &change.default_branch {
        project.default_branch = Some(branch.clone());
        cluster_agents::reread(tx, project.id, now)?;
    }
    let settings = settings::apply(&project.settings, &change.settings)?;
    settings::check_raised(caller, &project.settings, &settings)?;
    project.settings = settings;
    project.updated_at = now;
    projects::update(tx, &project)?;
    Ok(project)
}
