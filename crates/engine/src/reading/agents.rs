//! Where a running job stands, as agents of clusters are told (Jobs API contract §8.2).

use super::JobPage;
use crate::{Engine, Error, JobCaller, Result, access};
use pipewright_model::{AccessLevel, Namespace, NamespaceKind};
use pipewright_store::{environments, jobs, namespaces, projects};

/// A running job's surroundings. There are no agents yet: none is allowed.
#[derive(Debug)]
pub struct JobSurroundings {
    /// The job and what it shows.
    pub page: JobPage,
    /// Its project's namespace and the groups above, the nearest first.
    pub namespaces: Vec<Namespace>,
    /// Its user's role in the project.
    pub role: AccessLevel,
    /// Tier and slug of its environment, if that is known.
    pub environment: Option<(String, String)>,
}

impl JobSurroundings {
    /// Ids of the project's own group and all above it; a user's namespace is none.
    pub fn groups(&self) -> Vec<i64> {
        self.namespaces.iter().filter(|found| found.kind == NamespaceKind::Group).map(|group| group.id.0).collect()
    }

    /// The project's name with those of its namespaces before it.
    pub fn name_with_namespace(&self) -> String {
        let names = self.namespaces.iter().rev().map(|namespace| namespace.name.as_str());
        names.chain([self.page.project.name.as_str()]).collect::<Vec<_>>().join(" / ")
    }
}

impl Engine {
    /// The surroundings of the job whose token the caller showed.
    pub async fn own_surroundings(&self, caller: &JobCaller) -> Result<JobSurroundings> {
        let (caller, now) = (caller.clone(), self.clock.now());
        self.db
            .read(move |tx| {
                let project = projects::by_id(tx, caller.project_id)?.ok_or_else(|| Error::missing("Project"))?;
                let job = jobs::get(tx, caller.job_id)?.ok_or_else(Error::record)?;
                let role = access::role(tx, &caller.user, &project)?;
                let mut namespaces = namespaces::chain(tx, project.namespace_id)?;
                namespaces.reverse();
                let environment = match &job.environment {
                    Some(name) => environments::by_name(tx, project.id, name)?,
                    None => None,
                };
                Ok(JobSurroundings {
                    page: JobPage::read(tx, project, vec![job], now)?,
                    namespaces,
                    role,
                    environment: environment.map(|found| (found.tier, found.slug)),
                })
            })
            .await
    }
}
