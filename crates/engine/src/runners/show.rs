//! One runner: its details, its machines, the jobs it took (runner protocol §3).

use super::list::RunnerPage;
use super::rights::{self, Right};
use crate::reading::JobPage;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{
    AccessLevel, Job, JobId, Namespace, Project, ProjectId, Runner, RunnerId, RunnerManager, RunnerManagerId,
    RunnerType, Status, Timestamp,
};
use pipewright_store::job_lists;
use pipewright_store::job_pages::Start;
use pipewright_store::runner_lists::{self, RunnerJobFilter};
use pipewright_store::{Tx, managers, members, namespaces, projects, runners};
use std::collections::{BTreeMap, HashSet};

/// A runner with everything its details show.
#[derive(Clone, Debug)]
pub struct RunnerDetails {
    /// The runner, alone on its page.
    pub page: RunnerPage,
    /// The machine heard of last.
    pub machine: Option<RunnerManager>,
    /// The projects it is assigned to that the caller is a member of, each with its namespaces, outermost first.
    pub projects: Vec<(Project, Vec<Namespace>)>,
    /// The groups it is assigned to.
    pub groups: Vec<Namespace>,
}

/// The machines of a runner.
#[derive(Clone, Debug)]
pub struct Machines {
    /// The one heard of last first.
    pub managers: Vec<RunnerManager>,
    /// Those that have a job just now.
    pub busy: HashSet<RunnerManagerId>,
    /// When all this was true.
    pub now: Timestamp,
}

/// What a caller wants of a runner's jobs.
#[derive(Clone, Debug, Default)]
pub struct RunnerJobQuery {
    /// In this status only.
    pub status: Option<Status>,
    /// Of the machine of that name only.
    pub system_id: Option<String>,
    /// The oldest first.
    pub ascending: bool,
}

/// Jobs of several projects.
#[derive(Debug)]
pub struct RunnerJobs {
    /// The jobs' ids, in order.
    pub order: Vec<JobId>,
    /// The jobs, by project, each with its namespaces, outermost first.
    pub pages: Vec<(JobPage, Vec<Namespace>)>,
}

/// Reads what a runner's details show to a caller who may see it.
pub(super) fn details(tx: &Tx<'_>, caller: &Caller, runner: Runner, now: Timestamp) -> Result<RunnerDetails> {
    let machine = managers::of_runner(tx, runner.id)?.into_iter().next();
    let mut shown = Vec::new();
    for project in assigned(tx, caller, runner.id)? {
        let above = namespaces::chain(tx, project.namespace_id)?;
        shown.push((project, above));
    }
    let groups = runners::namespaces(tx, runner.id)?;
    let groups = if groups.is_empty() { Vec::new() } else { namespaces::by_ids(tx, &groups)? };
    Ok(RunnerDetails { page: RunnerPage::read(tx, vec![runner], 1, now)?, machine, projects: shown, groups })
}

/// The projects of a runner that the caller is a member of.
fn assigned(tx: &Tx<'_>, caller: &Caller, runner: RunnerId) -> Result<Vec<Project>> {
    let user = rights::person(caller)?.id;
    let mut found = Vec::new();
    for id in runners::projects(tx, runner)? {
        let Some(project) = projects::by_id(tx, id)? else { continue };
        let role = || members::role_in_project(tx, project.id, project.namespace_id, user);
        if caller.is_admin() || role()? >= AccessLevel::Guest {
            found.push(project);
        }
    }
    Ok(found)
}

impl Engine {
    /// A runner's details: the instance's for everybody signed in.
    pub async fn runner(&self, caller: &Caller, id: RunnerId) -> Result<RunnerDetails> {
        let (caller, now) = (caller.clone(), self.clock.now());
        self.db
            .read(move |tx| {
                let runner = rights::find(tx, &caller, id, Right::Read)?;
                details(tx, &caller, runner, now)
            })
            .await
    }

    /// A runner's machines.
    pub async fn runner_machines(&self, caller: &Caller, id: RunnerId) -> Result<Machines> {
        let (caller, now) = (caller.clone(), self.clock.now());
        self.db
            .read(move |tx| {
                let runner = rights::find(tx, &caller, id, Right::Read)?;
                let busy = job_lists::executing(tx, &[runner.id])?.into_iter().filter_map(|(_, machine)| machine);
                Ok(Machines { managers: managers::of_runner(tx, runner.id)?, busy: busy.collect(), now })
            })
            .await
    }

    /// Jobs a runner took, for whoever manages it; of other projects' jobs only administrators hear.
    pub async fn runner_jobs(
        &self,
        caller: &Caller,
        id: RunnerId,
        query: RunnerJobQuery,
        start: Start,
        limit: i64,
    ) -> Result<RunnerJobs> {
        let (caller, now) = (caller.clone(), self.clock.now());
        self.db
            .read(move |tx| {
                let runner = rights::find(tx, &caller, id, Right::Manage)?;
                // A group's runner works below the group alone, all of which its owner sees.
                let apart = runner.runner_type == RunnerType::Project && !caller.is_admin();
                let filter = RunnerJobFilter {
                    runner: id,
                    status: query.status,
                    system_id: query.system_id.clone(),
                    projects: if apart { Some(reported(tx, &caller, id)?) } else { None },
                    ascending: query.ascending,
                };
                by_project(tx, runner_lists::jobs_of(tx, &filter, start, limit)?, now)
            })
            .await
    }
}

/// The projects of a runner whose jobs the caller reads.
fn reported(tx: &Tx<'_>, caller: &Caller, runner: RunnerId) -> Result<Vec<ProjectId>> {
    let user = rights::person(caller)?.id;
    let mut found = Vec::new();
    for project in assigned(tx, caller, runner)? {
        if members::role_in_project(tx, project.id, project.namespace_id, user)? >= AccessLevel::Reporter {
            found.push(project.id);
        }
    }
    Ok(found)
}

fn by_project(tx: &Tx<'_>, jobs: Vec<Job>, now: Timestamp) -> Result<RunnerJobs> {
    let order = jobs.iter().map(|job| job.id).collect();
    let mut apart: BTreeMap<ProjectId, Vec<Job>> = BTreeMap::new();
    for job in jobs {
        apart.entry(job.project_id).or_default().push(job);
    }
    let mut pages = Vec::new();
    for (project, jobs) in apart {
        let project = projects::by_id(tx, project)?.ok_or_else(Error::record)?;
        let above = namespaces::chain(tx, project.namespace_id)?;
        pages.push((JobPage::read(tx, project, jobs, now)?, above));
    }
    Ok(RunnerJobs { order, pages })
}
