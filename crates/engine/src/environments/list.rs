//! Environments as people see them.

use super::{DeploymentPage, Environment, EnvironmentFilter};
use crate::access::{self, Ability, ProjectRef};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{EnvironmentId, Namespace, Project, ProjectId};
use pipewright_store::{Listed, Page, Tx, deployments, environments, namespaces};

/// An environment of this project; 404 for others.
pub(super) fn find(tx: &Tx<'_>, project: ProjectId, id: EnvironmentId) -> Result<Environment> {
    let found = environments::get(tx, id)?.filter(|found| found.project_id == project);
    found.ok_or_else(Error::record)
}

impl Engine {
    /// A project's environments that pass, and the project with its namespaces, which each of them shows.
    pub async fn environments(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        filter: EnvironmentFilter,
        page: Page,
    ) -> Result<(Project, Vec<Namespace>, Listed<Environment>)> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::ReadJobs)?;
                let listed = environments::list(tx, project.id, &filter, page)?;
                Ok((project.clone(), namespaces::chain(tx, project.namespace_id)?, listed))
            })
            .await
    }

    /// One environment, and the last deployment to it that went well.
    pub async fn environment(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: EnvironmentId,
    ) -> Result<(Environment, DeploymentPage)> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::ReadJobs)?;
                let environment = find(tx, project.id, id)?;
                let last = deployments::last_success(tx, id)?;
                let page = DeploymentPage::read(tx, project, last.into_iter().collect(), now)?;
                Ok((environment, page))
            })
            .await
    }
}
