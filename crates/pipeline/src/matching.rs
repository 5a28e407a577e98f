//! Which runner may take which job, and in which order jobs are offered (runner protocol §4.5).

use pipewright_model::{Job, JobId, JobKind, ProjectId, Runner, RunnerType, Status};
use std::collections::HashMap;
use std::hash::BuildHasher;

/// What decides on the runner's side.
#[derive(Clone, Copy, Debug)]
pub struct RunnerFacts<'r> {
    /// Not paused.
    pub active: bool,
    /// Whose jobs it takes.
    pub runner_type: RunnerType,
    /// Takes jobs without tags.
    pub run_untagged: bool,
    /// Takes only jobs of protected refs.
    pub ref_protected: bool,
    /// Its tags.
    pub tags: &'r [String],
}

impl<'r> From<&'r Runner> for RunnerFacts<'r> {
    fn from(runner: &'r Runner) -> Self {
        Self {
            active: runner.active,
            runner_type: runner.runner_type,
            run_untagged: runner.run_untagged,
            ref_protected: runner.ref_protected,
            tags: &runner.tags,
        }
    }
}

/// What decides on the job's side.
#[derive(Clone, Copy, Debug)]
pub struct JobFacts<'j> {
    /// Waits for a runner: `pending`, a job and not a bridge, and nobody's yet.
    pub waits: bool,
    /// Its pipeline's ref is protected.
    pub protected: bool,
    /// Tags a runner must have.
    pub tags: &'j [String],
}

impl<'j> From<&'j Job> for JobFacts<'j> {
    fn from(job: &'j Job) -> Self {
        let free = job.runner_id.is_none() && job.kind == JobKind::Build;
        Self { waits: free && job.status == Status::Pending, protected: job.protected, tags: &job.tags }
    }
}

/// What decides on the side of the job's project.
#[derive(Clone, Copy, Debug)]
pub struct ProjectFacts {
    /// Its CI is on, and it is not being deleted.
    pub builds: bool,
    /// It wants runners of the instance.
    pub instance_runners: bool,
    /// It wants runners of its groups.
    pub group_runners: bool,
    /// The runner is of a group above the project, or assigned to the project. Not asked for instance runners.
    pub in_reach: bool,
}

/// Why a runner may not take a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Switched off.
    #[error("the runner is paused")]
    Paused,
    /// Not pending, or taken.
    #[error("the job does not wait for a runner")]
    NotWaiting,
    /// Another project's, or the project does not want it.
    #[error("the runner does not serve the job's project")]
    OutOfScope,
    /// A tag of the job that the runner lacks.
    #[error("the runner lacks a tag of the job")]
    Tags,
    /// A job without tags.
    #[error("the runner takes only jobs with tags")]
    Untagged,
    /// A job of an unprotected ref.
    #[error("the runner takes only jobs of protected branches and tags")]
    Unprotected,
}

/// Says why a runner may not take a job. That a runner is locked to its projects plays no part.
pub fn check(runner: &RunnerFacts<'_>, job: &JobFacts<'_>, project: &ProjectFacts) -> Result<(), Mismatch> {
    let wanted = match runner.runner_type {
        RunnerType::Instance => project.instance_runners,
        RunnerType::Group => project.group_runners && project.in_reach,
        RunnerType::Project => project.in_reach,
    };
    match () {
        () if !runner.active => Err(Mismatch::Paused),
        () if !job.waits => Err(Mismatch::NotWaiting),
        () if !(wanted && project.builds) => Err(Mismatch::OutOfScope),
        () if job.tags.is_empty() && !runner.run_untagged => Err(Mismatch::Untagged),
        () if !job.tags.iter().all(|tag| runner.tags.contains(tag)) => Err(Mismatch::Tags),
        () if runner.ref_protected && !job.protected => Err(Mismatch::Unprotected),
        () => Ok(()),
    }
}

/// Whether a runner may take a job.
pub fn can_take(runner: &RunnerFacts<'_>, job: &JobFacts<'_>, project: &ProjectFacts) -> bool {
    check(runner, job, project).is_ok()
}

/// A job that a runner may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The job.
    pub job: JobId,
    /// Its project.
    pub project: ProjectId,
}

/// The order in which a runner is offered jobs: by id; an instance runner serves first the projects
/// that have the fewest jobs running on instance runners (`running`, 0 where absent).
pub fn choose<S: BuildHasher>(
    runner_type: RunnerType,
    mut candidates: Vec<Candidate>,
    running: &HashMap<ProjectId, u64, S>,
) -> Vec<Candidate> {
    let fair = runner_type == RunnerType::Instance;
    let load = |project| if fair { running.get(&project).copied().unwrap_or(0) } else { 0 };
    candidates.sort_by_key(|candidate| (load(candidate.project), candidate.job));
    candidates
}

#[cfg(test)]
mod tests {
    use super::{Candidate, JobFacts, Mismatch, ProjectFacts, RunnerFacts, can_take, check, choose};
    use pipewright_model::{JobId, ProjectId, RunnerType};
    use std::collections::HashMap;

    const WANTED: ProjectFacts =
        ProjectFacts { builds: true, instance_runners: true, group_runners: true, in_reach: true };

    fn tags(words: &str) -> Vec<String> {
        words.split_whitespace().map(str::to_owned).collect()
    }

    fn runner(tags: &[String]) -> RunnerFacts<'_> {
        RunnerFacts { active: true, runner_type: RunnerType::Instance, run_untagged: true, ref_protected: false, tags }
    }

    const fn job(tags: &[String]) -> JobFacts<'_> {
        JobFacts { waits: true, protected: false, tags }
    }

    #[test]
    fn trap_15_tags_of_the_job_are_a_subset_of_the_runners() {
        let table = [
            ("", "", true, Ok(())),
            ("", "a b", true, Ok(())),
            ("", "a b", false, Err(Mismatch::Untagged)),
            ("a", "a b", false, Ok(())),
            ("a b", "a", true, Err(Mismatch::Tags)),
            ("b a", "a b", true, Ok(())),
            ("A", "a", true, Err(Mismatch::Tags)),
        ];
        for (job_tags, runner_tags, run_untagged, expected) in table {
            let (job_tags, runner_tags) = (tags(job_tags), tags(runner_tags));
            let runner = RunnerFacts { run_untagged, ..runner(&runner_tags) };
            assert_eq!(check(&runner, &job(&job_tags), &WANTED), expected, "{job_tags:?} on {runner_tags:?}");
        }
    }

    #[test]
    fn trap_16_protected_runners_skip_unprotected_refs() {
        for (ref_protected, protected, takes) in
            [(false, false, true), (false, true, true), (true, false, false), (true, true, true)]
        {
            let runner = RunnerFacts { ref_protected, ..runner(&[]) };
            assert_eq!(can_take(&runner, &JobFacts { protected, ..job(&[]) }, &WANTED), takes);
        }
    }

    #[test]
    fn scope_follows_the_type_of_the_runner() {
        let project = |instance_runners, group_runners, in_reach| ProjectFacts {
            builds: true,
            instance_runners,
            group_runners,
            in_reach,
        };
        let table = [
            (RunnerType::Instance, project(true, false, false), true),
            (RunnerType::Instance, project(false, true, true), false),
            (RunnerType::Group, project(false, true, true), true),
            (RunnerType::Group, project(true, true, false), false),
            (RunnerType::Group, project(true, false, true), false),
            (RunnerType::Project, project(false, false, true), true),
            (RunnerType::Project, project(true, true, false), false),
        ];
        for (runner_type, project, takes) in table {
            let runner = RunnerFacts { runner_type, ..runner(&[]) };
            assert_eq!(can_take(&runner, &job(&[]), &project), takes, "{runner_type} {project:?}");
            let closed = ProjectFacts { builds: false, ..project };
            assert_eq!(check(&runner, &job(&[]), &closed), Err(Mismatch::OutOfScope));
        }
    }

    #[test]
    fn trap_11_a_paused_runner_takes_nothing() {
        let paused = RunnerFacts { active: false, ..runner(&[]) };
        assert_eq!(check(&paused, &job(&[]), &WANTED), Err(Mismatch::Paused));
        assert_eq!(check(&runner(&[]), &JobFacts { waits: false, ..job(&[]) }, &WANTED), Err(Mismatch::NotWaiting));
    }

    #[test]
    fn trap_17_instance_runners_alternate_between_projects() {
        let candidate = |job, project| Candidate { job: JobId(job), project: ProjectId(project) };
        let mut waiting = vec![candidate(1, 1), candidate(2, 1), candidate(3, 1), candidate(4, 2), candidate(5, 2)];
        let mut running: HashMap<ProjectId, u64> = HashMap::new();
        let mut taken = Vec::new();
        while let Some(first) = choose(RunnerType::Instance, waiting.clone(), &running).first().copied() {
            taken.push(first.job.0);
            *running.entry(first.project).or_default() += 1;
            waiting.retain(|candidate| *candidate != first);
        }
        assert_eq!(taken, [1, 4, 2, 5, 3]);
    }

    #[test]
    fn other_runners_go_by_id() {
        let jobs =
            [(3, 1), (1, 1), (2, 2)].map(|(job, project)| Candidate { job: JobId(job), project: ProjectId(project) });
        let running = HashMap::from([(ProjectId(1), 7)]);
        for runner_type in [RunnerType::Group, RunnerType::Project] {
            let order: Vec<i64> = choose(runner_type, jobs.to_vec(), &running).iter().map(|job| job.job.0).collect();
            assert_eq!(order, [1, 2, 3]);
        }
    }
}
