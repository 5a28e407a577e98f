//! Jobs together with everything their entities show, read for a whole page at once.

use crate::{Engine, Result};
use pipewright_model::runner::{ONLINE_SECONDS, STALE_SECONDS};
use pipewright_model::{
    Artifact, Commit, Job, JobId, Pipeline, PipelineId, Project, ProjectId, Runner, RunnerId, RunnerManager,
    RunnerManagerId, Timestamp, User, UserId,
};
use pipewright_pipeline::operations::archived;
use pipewright_store::{Tx, commits, job_lists, projects, users};
use std::collections::{HashMap, HashSet};

/// When jobs are looked at, and how old one may be then.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The time.
    pub now: Timestamp,
    /// Seconds after which a job is archived; `None` never.
    pub archive_after: Option<i64>,
}

impl Moment {
    /// Whether a job is too old to be started or changed again (Jobs API contract §3.4).
    pub fn archives(&self, job: &Job) -> bool {
        archived(job.created_at, self.archive_after, self.now)
    }
}

/// For pages that do not tell which jobs are archived.
impl From<Timestamp> for Moment {
    fn from(now: Timestamp) -> Self {
        Self { now, archive_after: None }
    }
}

impl Engine {
    /// [`pipewright_store::Db::version`].
    pub fn data_version(&self) -> Option<u64> {
        self.db.version()
    }

    /// Now.
    pub(crate) fn moment(&self) -> Moment {
        Moment { now: self.clock.now(), archive_after: self.limits.archive_jobs_seconds }
    }
}

/// Some jobs or bridges of one project, and what they show.
#[derive(Debug)]
pub struct JobPage {
    /// The jobs, in order.
    pub jobs: Vec<Job>,
    /// Their project.
    pub project: Project,
    /// Users they and their runners name.
    pub users: HashMap<UserId, User>,
    /// Their pipelines, and those bridges started.
    pub pipelines: HashMap<PipelineId, Pipeline>,
    /// Projects of pipelines that bridges started elsewhere.
    pub elsewhere: HashMap<ProjectId, Project>,
    /// Their commits by id.
    pub commits: HashMap<String, Commit>,
    /// Their runners.
    pub runners: HashMap<RunnerId, Runner>,
    /// The machines that took them.
    pub managers: HashMap<RunnerManagerId, RunnerManager>,
    /// Runners and machines that have a job just now.
    pub busy: (HashSet<RunnerId>, HashSet<RunnerManagerId>),
    /// Their files, in order of making.
    pub artifacts: HashMap<JobId, Vec<Artifact>>,
    /// When all this was true.
    pub now: Timestamp,
    /// Those of the jobs that are archived.
    pub archived: HashSet<JobId>,
    /// See [`Self::stays_until`]; far away if never.
    changes_at: Timestamp,
}

impl JobPage {
    /// Until when all this stays as it is while nothing is written: the next time at which a job shown is archived,
    /// a file of it expires or a runner counts as silent. `None` where it changes with every moment, because a job waits or runs.
    pub fn stays_until(&self) -> Option<Timestamp> {
        let later = self.now.plus_seconds(1);
        let times = |job: &Job, at| (job.duration(at), job.queued_duration(at));
        let settled = self.jobs.iter().all(|job| times(job, self.now) == times(job, later));
        settled.then_some(self.changes_at)
    }

    /// Reads what the jobs show.
    pub(crate) fn read(tx: &Tx<'_>, project: Project, jobs: Vec<Job>, at: impl Into<Moment>) -> Result<Self> {
        let at = at.into();
        let of = jobs.iter().map(|job| job.pipeline_id);
        let pipelines = distinct(of.chain(jobs.iter().filter_map(|job| job.downstream_pipeline_id)));
        let pipelines = keyed(job_lists::pipelines(tx, &pipelines)?, |pipeline| pipeline.id);
        let shas = distinct(jobs.iter().filter_map(|job| pipelines.get(&job.pipeline_id)).map(|p| p.sha.as_str()));
        let commits = commits_of(tx, project.id, &shas)?;
        let runner_ids = distinct(jobs.iter().filter_map(|job| job.runner_id));
        let runners = keyed(job_lists::runners(tx, &runner_ids)?, |runner| runner.id);
        let manager_ids = distinct(jobs.iter().filter_map(|job| job.runner_manager_id));
        let managers = keyed(job_lists::managers(tx, &manager_ids)?, |manager| manager.id);
        let executing = job_lists::executing(tx, &runner_ids)?;
        let makers = runners.values().filter_map(|runner| runner.created_by);
        let users = users_of(tx, distinct(jobs.iter().filter_map(|job| job.user_id).chain(makers)))?;
        let other = distinct(pipelines.values().map(|p| p.project_id).filter(|id| *id != project.id));
        let elsewhere = if other.is_empty() { Vec::new() } else { projects::by_ids(tx, &other)? };
        let ids: Vec<_> = jobs.iter().map(|job| job.id).collect();
        let mut artifacts: HashMap<JobId, Vec<Artifact>> = HashMap::new();
        for artifact in job_lists::artifacts(tx, &ids)? {
            artifacts.entry(artifact.job_id).or_default().push(artifact);
        }
        let expiries = artifacts.values().flatten().filter_map(|file| file.expires_at);
        let archivings = jobs.iter().filter_map(|job| Some(job.created_at.plus_seconds(at.archive_after?)));
        let contacts =
            runners.values().map(|one| one.contacted_at).chain(managers.values().map(|one| one.contacted_at));
        let silences =
            contacts.flatten().flat_map(|at| [ONLINE_SECONDS, STALE_SECONDS].map(|age| at.plus_seconds(age)));
        let changes_at = expiries.chain(archivings).chain(silences).filter(|time| *time > at.now).min();
        Ok(Self {
            project,
            users,
            pipelines,
            elsewhere: keyed(elsewhere, |project| project.id),
            commits,
            runners,
            managers,
            busy: (
                executing.iter().map(|(runner, _)| *runner).collect(),
                executing.iter().filter_map(|(_, manager)| *manager).collect(),
            ),
            artifacts,
            archived: jobs.iter().filter(|job| at.archives(job)).map(|job| job.id).collect(),
            jobs,
            now: at.now,
            changes_at: changes_at.unwrap_or(Timestamp::from_micros(i64::MAX)),
        })
    }
}

fn users_of(tx: &Tx<'_>, ids: Vec<UserId>) -> Result<HashMap<UserId, User>> {
    let users = match ids.as_slice() {
        [] => Vec::new(),
        [one] => users::by_id(tx, *one)?.into_iter().collect(),
        many => users::by_ids(tx, many)?,
    };
    Ok(keyed(users, |user| user.id))
}

fn commits_of(tx: &Tx<'_>, project: ProjectId, shas: &[&str]) -> Result<HashMap<String, Commit>> {
    let commits = match shas {
        [] => Vec::new(),
        [one] => commits::by_sha(tx, project, one)?.into_iter().collect(),
        many => commits::by_shas(tx, project, many)?,
    };
    Ok(keyed(commits, |commit| commit.id.clone()))
}

fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}

fn keyed<K: std::hash::Hash + Eq, T>(items: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, T> {
    items.into_iter().map(|item| (key(&item), item)).collect()
}
