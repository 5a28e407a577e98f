//! Which jobs a runner is offered, best first (runner protocol §4.5).

use crate::Result;
use pipewright_model::project::FeatureAccess;
use pipewright_model::{Job, JobId, NamespaceId, ProjectId, Runner, RunnerType};
use pipewright_pipeline::matching::{Candidate, JobFacts, ProjectFacts, RunnerFacts, can_take, choose};
use pipewright_store::queue::{self, Offer};
use pipewright_store::{Tx, namespaces, runners};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Most jobs tried for one request.
const DEEPEST: usize = 45;
/// Pending jobs of a project read at a time, and of all at most.
const PAGE: i64 = 50;
const MOST_READ: usize = 20_000;

/// What decides of a project for one runner.
struct Reach {
    runner_type: RunnerType,
    projects: HashSet<ProjectId>,
    namespaces: HashSet<NamespaceId>,
    known: HashMap<ProjectId, Option<ProjectFacts>>,
}

impl Reach {
    fn of(tx: &Tx<'_>, runner: &Runner) -> Result<Self> {
        let mut reach = Self {
            runner_type: runner.runner_type,
            projects: HashSet::new(),
            namespaces: HashSet::new(),
            known: HashMap::new(),
        };
        match runner.runner_type {
            RunnerType::Instance => {}
            RunnerType::Project => reach.projects = runners::projects(tx, runner.id)?.into_iter().collect(),
            RunnerType::Group => {
                for group in runners::namespaces(tx, runner.id)? {
                    reach.namespaces.extend(namespaces::descendants(tx, group)?);
                }
            }
        }
        Ok(reach)
    }

    fn facts(&mut self, tx: &Tx<'_>, project: ProjectId) -> Result<Option<ProjectFacts>> {
        if let Some(known) = self.known.get(&project) {
            return Ok(*known);
        }
        let offer = queue::offers(tx, &[project])?.pop();
        let facts = offer.map(|offer: Offer| ProjectFacts {
            builds: offer.settings.builds_access_level != FeatureAccess::Disabled,
            instance_runners: offer.settings.shared_runners_enabled,
            group_runners: offer.settings.group_runners_enabled,
            in_reach: match self.runner_type {
                RunnerType::Instance => true,
                RunnerType::Project => self.projects.contains(&offer.project_id),
                RunnerType::Group => self.namespaces.contains(&offer.namespace_id),
            },
        });
        self.known.insert(project, facts);
        Ok(facts)
    }
}

/// Whether a runner would take a waiting job.
pub(crate) fn would_take(tx: &Tx<'_>, runner: &Runner, job: &Job) -> Result<bool> {
    let facts = Reach::of(tx, runner)?.facts(tx, job.project_id)?;
    Ok(facts.is_some_and(|project| can_take(&RunnerFacts::from(runner), &JobFacts::from(job), &project)))
}

/// The jobs to try, best first: of the projects that run least, by id (runner protocol §4.5).
pub(super) fn candidates(tx: &Tx<'_>, runner: &Runner) -> Result<Vec<JobId>> {
    let waiting = queue::waiting_projects(tx)?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let mut reach = Reach::of(tx, runner)?;
    let mut running: HashMap<ProjectId, u64> = HashMap::new();
    if runner.runner_type == RunnerType::Instance {
        running = queue::running_on_instance_runners(tx)?.into_iter().map(|(id, n)| (id, n as u64)).collect();
    }
    let mut by_load: BTreeMap<u64, Vec<(ProjectId, ProjectFacts)>> = BTreeMap::new();
    for project in waiting {
        if let Some(facts) = reach.facts(tx, project)? {
            by_load.entry(running.get(&project).copied().unwrap_or(0)).or_default().push((project, facts));
        }
    }
    let (mut found, mut read) = (Vec::new(), 0);
    for projects in by_load.into_values() {
        for (project, facts) in projects {
            matching(tx, runner, project, facts, &mut found, &mut read)?;
        }
        // Projects that run more come after these, whatever the ids of their jobs.
        if found.len() >= DEEPEST || read >= MOST_READ {
            break;
        }
    }
    let ordered = choose(runner.runner_type, found, &running);
    Ok(ordered.into_iter().take(DEEPEST).map(|candidate| candidate.job).collect())
}

/// Adds the first jobs of a project that the runner may take, as many as are ever tried.
fn matching(
    tx: &Tx<'_>,
    runner: &Runner,
    project: ProjectId,
    facts: ProjectFacts,
    found: &mut Vec<Candidate>,
    read: &mut usize,
) -> Result<()> {
    let runner = RunnerFacts::from(runner);
    let (mut after, enough) = (JobId(0), found.len() + DEEPEST);
    while *read < MOST_READ {
        let page = queue::waiting_after(tx, project, after, PAGE)?;
        let Some(last) = page.last() else { break };
        (after, *read) = (last.id, *read + page.len());
        for job in &page {
            let job_facts = JobFacts { waits: true, protected: job.protected, tags: &job.tags };
            if can_take(&runner, &job_facts, &facts) {
                found.push(Candidate { job: job.id, project });
            }
        }
        if found.len() >= enough || page.len() < PAGE as usize {
            break;
        }
    }
    Ok(())
}
