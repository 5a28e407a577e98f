//! Resource groups: one job at a time per key and project (CI YAML contract §8).

use pipewright_model::{JobId, PipelineId, Status};
use serde::{Deserialize, Serialize};

/// Who gets a free resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessMode {
    /// Any job that waits; here the one made first.
    #[default]
    Unordered,
    /// The oldest pipeline that has the job yet to run, even if it is not ready.
    OldestFirst,
    /// The newest pipeline that has the job yet to run, even if it is not ready.
    NewestFirst,
    /// The newest pipeline whose job waits for the resource.
    NewestReadyFirst,
}

/// A job of the group that has yet to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upcoming {
    /// The job.
    pub job: JobId,
    /// Its pipeline.
    pub pipeline: PipelineId,
    /// Where it stands: `created`, `scheduled` or `waiting_for_resource`; others are ignored.
    pub status: Status,
}

/// The job that gets the free resource of a group, if any may have it now.
pub fn next(mode: ProcessMode, upcoming: &[Upcoming]) -> Option<JobId> {
    let waits = |job: &&Upcoming| job.status == Status::WaitingForResource;
    let counts =
        |job: &&Upcoming| matches!(job.status, Status::Created | Status::Scheduled | Status::WaitingForResource);
    let mut jobs = upcoming.iter();
    let oldest = |job: &&Upcoming| (job.pipeline, job.job);
    // Within one pipeline the job made first goes first, in whichever order the pipelines go.
    let newest = |job: &&Upcoming| (job.pipeline, std::cmp::Reverse(job.job));
    let first = match mode {
        ProcessMode::Unordered => jobs.filter(waits).min_by_key(|job| job.job),
        ProcessMode::NewestReadyFirst => jobs.filter(waits).max_by_key(newest),
        ProcessMode::OldestFirst | ProcessMode::NewestFirst => {
            let pipelines = jobs.clone().filter(counts).map(|job| job.pipeline);
            let chosen = if mode == ProcessMode::OldestFirst { pipelines.min() } else { pipelines.max() };
            jobs.by_ref().filter(|job| Some(job.pipeline) == chosen).filter(waits).min_by_key(oldest)
        }
    };
    first.map(|job| job.job)
}

#[cfg(test)]
mod tests {
    use super::{ProcessMode, Upcoming, next};
    use pipewright_model::{JobId, PipelineId, Status};

    const fn upcoming(job: i64, pipeline: i64, status: Status) -> Upcoming {
        Upcoming { job: JobId(job), pipeline: PipelineId(pipeline), status }
    }

    #[test]
    fn each_mode_chooses_its_own() {
        use Status::{Created, Pending, Scheduled, WaitingForResource};
        let ready = [
            upcoming(20, 2, WaitingForResource),
            upcoming(10, 1, WaitingForResource),
            upcoming(31, 3, WaitingForResource),
            upcoming(30, 3, WaitingForResource),
        ];
        let unready_ends = [
            upcoming(10, 1, Created),
            upcoming(20, 2, WaitingForResource),
            upcoming(30, 3, WaitingForResource),
            upcoming(40, 4, Scheduled),
        ];
        let table = [
            (ProcessMode::Unordered, Some(10), Some(20)),
            (ProcessMode::OldestFirst, Some(10), None),
            (ProcessMode::NewestFirst, Some(30), None),
            (ProcessMode::NewestReadyFirst, Some(30), Some(30)),
        ];
        for (mode, all_ready, ends_unready) in table {
            assert_eq!(next(mode, &ready), all_ready.map(JobId), "{mode:?}");
            assert_eq!(next(mode, &unready_ends), ends_unready.map(JobId), "{mode:?}");
            assert_eq!(next(mode, &[upcoming(1, 1, Pending)]), None, "{mode:?}");
        }
    }

    #[test]
    fn a_job_created_later_in_the_same_pipeline_does_not_block() {
        let jobs = [upcoming(10, 1, Status::Created), upcoming(11, 1, Status::WaitingForResource)];
        assert_eq!(next(ProcessMode::OldestFirst, &jobs), Some(JobId(11)));
    }
}
