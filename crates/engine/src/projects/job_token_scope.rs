//! Whose job tokens a project lets in (Jobs API contract §2.6); its maintainers say so.

use crate::access::{self, Ability, NamespaceRef, ProjectRef};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{Namespace, NamespaceId, Project, ProjectId};
use pipewright_store::{Tx, job_token_scope, namespaces, projects};

/// Entries of either list.
const MOST_ENTRIES: usize = 200;

impl Engine {
    /// The project whose settings say whether its lists count, for its maintainers.
    pub async fn job_token_scope(&self, caller: &Caller, project: &ProjectRef) -> Result<Project> {
        Ok(self.find_project(caller, project, Ability::AdminProject).await?.project)
    }

    /// Lets in the job tokens of listed projects and groups only, or of all.
    pub async fn limit_job_tokens(&self, caller: &Caller, project: &ProjectRef, limited: bool) -> Result<()> {
        let now = self.clock.now();
        self.change_scope(caller, project, move |tx, _, mut project| {
            project.settings.ci_inbound_job_token_scope_enabled = limited;
            project.updated_at = now;
            Ok(projects::update(tx, &project)?)
        })
        .await
    }

    /// Projects whose job tokens are let in: the project itself first.
    pub async fn allowed_projects(&self, caller: &Caller, project: &ProjectRef) -> Result<Vec<Project>> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::AdminProject)?;
                let mut listed = projects::by_ids(tx, &job_token_scope::projects(tx, project.id)?)?;
                listed.sort_by_key(|listed| listed.id);
                listed.insert(0, project);
                Ok(listed)
            })
            .await
    }

    /// Groups whose projects' job tokens are let in.
    pub async fn allowed_groups(&self, caller: &Caller, project: &ProjectRef) -> Result<Vec<Namespace>> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::AdminProject)?;
                let mut listed = namespaces::by_ids(tx, &job_token_scope::groups(tx, project.id)?)?;
                listed.sort_by_key(|listed| listed.id);
                Ok::<_, Error>(listed)
            })
            .await
    }

    /// Lets in the job tokens of a project that the caller sees. Returns the ids of this project and of that one.
    pub async fn allow_project(&self, caller: &Caller, project: &ProjectRef, other: ProjectId) -> Result<[i64; 2]> {
        self.change_scope(caller, project, move |tx, caller, project| {
            let other = access::find_project(tx, caller, &ProjectRef::Id(other), Ability::ReadProject)?;
            if other.id == project.id {
                return Err(refused("Validation failed: Target project can't be the same as the source project"));
            }
            if job_token_scope::projects(tx, project.id)?.len() >= MOST_ENTRIES {
                return Err(refused(
                    "Validation failed: Source project exceeds the allowable number of project links in this direction",
                ));
            }
            if !job_token_scope::add_project(tx, project.id, other.id)? {
                return Err(refused("This project is already in the job token allowlist."));
            }
            Ok([project.id.0, other.id.0])
        })
        .await
    }

    /// Lets in the job tokens of a group that the caller sees. Returns the ids of the project and of the group.
    pub async fn allow_group(&self, caller: &Caller, project: &ProjectRef, group: NamespaceId) -> Result<[i64; 2]> {
        self.change_scope(caller, project, move |tx, caller, project| {
            let (group, _) = access::find_group(tx, caller, &NamespaceRef::Id(group))?;
            if job_token_scope::groups(tx, project.id)?.len() >= MOST_ENTRIES {
                return Err(refused("Validation failed: Source project exceeds the allowable number of group links"));
            }
            if !job_token_scope::add_group(tx, project.id, group.id)? {
                return Err(refused("Target group is already in the job token scope"));
            }
            Ok([project.id.0, group.id.0])
        })
        .await
    }

    /// Takes a project off the list.
    pub async fn disallow_project(&self, caller: &Caller, project: &ProjectRef, other: ProjectId) -> Result<()> {
        self.change_scope(caller, project, move |tx, caller, project| {
            let other = access::find_project(tx, caller, &ProjectRef::Id(other), Ability::ReadProject)?;
            if other.id == project.id {
                return Err(refused("Source project cannot be removed from the job token scope"));
            }
            if job_token_scope::remove_project(tx, project.id, other.id)? {
                Ok(())
            } else {
                Err(refused("Target project is not in the job token scope"))
            }
        })
        .await
    }

    /// Takes a group off the list.
    pub async fn disallow_group(&self, caller: &Caller, project: &ProjectRef, group: NamespaceId) -> Result<()> {
        self.change_scope(caller, project, move |tx, caller, project| {
            let (group, _) = access::find_group(tx, caller, &NamespaceRef::Id(group))?;
            if job_token_scope::remove_group(tx, project.id, group.id)? {
                Ok(())
            } else {
                Err(refused("Target group is not in the job token scope"))
            }
        })
        .await
    }

    async fn change_scope<T: Send + 'static>(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        change: impl Fn(&Tx<'_>, &Caller, Project) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .write(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::AdminProject)?;
                change(tx, &caller, project)
            })
            .await
    }
}

fn refused(why: &str) -> Error {
    Error::BadRequest(format!("400 Bad request - {why}"))
}
