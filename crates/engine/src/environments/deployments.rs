//! Deployments as people see them.

use super::{Deployment, DeploymentFilter, Environment};
use crate::access::{self, Ability, ProjectRef};
use crate::reading::JobPage;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{DeploymentId, EnvironmentId, Project, Timestamp, User, UserId};
use pipewright_store::{Listed, Page, Tx, deployments, environments, jobs, users};
use std::collections::HashMap;

/// Some deployments of one project, and what they show.
#[derive(Debug)]
pub struct DeploymentPage {
    /// The deployments, in order.
    pub deployments: Vec<Deployment>,
    /// Where they went.
    pub environments: HashMap<EnvironmentId, Environment>,
    /// Who started them.
    pub users: HashMap<UserId, User>,
    /// Their jobs.
    pub jobs: JobPage,
}

impl DeploymentPage {
    /// Reads what the deployments show.
    pub(super) fn read(tx: &Tx<'_>, project: Project, deployments: Vec<Deployment>, now: Timestamp) -> Result<Self> {
        let mut wanted: Vec<_> = deployments.iter().map(|one| one.environment_id).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut people: Vec<_> = deployments.iter().filter_map(|one| one.user_id).collect();
        people.sort_unstable();
        people.dedup();
        let mut found = Vec::new();
        for job in deployments.iter().filter_map(|one| one.job_id) {
            found.extend(jobs::get(tx, job)?);
        }
        let people = if people.is_empty() { Vec::new() } else { users::by_ids(tx, &people)? };
        Ok(Self {
            environments: environments::by_ids(tx, &wanted)?.into_iter().map(|one| (one.id, one)).collect(),
            users: people.into_iter().map(|user| (user.id, user)).collect(),
            jobs: JobPage::read(tx, project, found, now)?,
            deployments,
        })
    }
}

impl Engine {
    /// A project's deployments that pass, and how many there are.
    pub async fn deployments(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        filter: DeploymentFilter,
        page: Page,
    ) -> Result<(DeploymentPage, i64)> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::ReadJobs)?;
                let Listed { items, total } = deployments::list(tx, project.id, &filter, page)?;
                Ok((DeploymentPage::read(tx, project, items, now)?, total))
            })
            .await
    }

    /// One deployment.
    pub async fn deployment(&self, caller: &Caller, project: &ProjectRef, id: DeploymentId) -> Result<DeploymentPage> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::ReadJobs)?;
                let found = deployments::get(tx, id)?.filter(|found| found.project_id == project.id);
                let found = found.ok_or_else(Error::record)?;
                DeploymentPage::read(tx, project, vec![found], now)
            })
            .await
    }
}
