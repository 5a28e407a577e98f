//! A pipeline of five thousand jobs: an event must not cost more than a look at each job. Nothing is
//! timed here; a machine that were quadratic would make these tests the slowest of the crate by far.

use crate::ledger::Ledger;
use pipewright_model::{JobId, Need, Scheduling, Status};
use pipewright_pipeline::{Event, FailureReason, JobState, PipelineState};

const STAGES: i64 = 50;
const PER_STAGE: i64 = 100;

fn name(stage: i64, index: i64) -> String {
    format!("job {stage}-{index}")
}

/// Half of the jobs wait for whole stages, half for ten jobs of the stage before.
fn pipeline() -> PipelineState {
    let mut jobs = Vec::new();
    for stage in 0..STAGES {
        for index in 0..PER_STAGE {
            let mut job = JobState::new(JobId(jobs.len() as i64 + 1), &name(stage, index), stage);
            if index % 2 == 0 && stage > 0 {
                job.scheduling = Scheduling::Dag;
                let needs = (0..10).map(|offset| name(stage - 1, (index + offset) % PER_STAGE));
                job.needs = needs.map(|name| Need { name, artifacts: true, optional: false }).collect();
            }
            jobs.push(job);
        }
    }
    PipelineState::new(jobs)
}

#[test]
fn a_large_pipeline_runs_stage_by_stage() {
    let mut state = pipeline();
    let now = pipewright_model::Timestamp::from_seconds(1);
    let mut changes = pipewright_pipeline::apply(&mut state, &Event::Process, now).expect("never refused");
    for id in 1..=300 {
        assert!(state.job(JobId(id)).is_some_and(|job| job.status == Status::Pending), "job {id}");
        changes = pipewright_pipeline::apply(&mut state, &Event::Success(JobId(id)), now).expect("a pending job");
    }
    assert_eq!(changes.stages.len(), 1, "the third stage ends; the fourth had begun by its needs");
    assert!(changes.jobs.len() > 50, "all that wait for whole stages start together");
}

#[test]
fn a_large_pipeline_fails_and_is_retried_as_a_whole() {
    let mut ledger = Ledger::new(pipeline());
    let started = ledger.apply(&Event::Process).expect("never refused");
    assert_eq!(started.jobs.len() as i64, PER_STAGE);
    let canceled = ledger.apply(&Event::CancelPipeline).expect("never refused");
    assert_eq!(canceled.jobs.len() as i64, STAGES * PER_STAGE);
    let retried = ledger.apply(&Event::RetryPipeline).expect("never refused");
    assert_eq!(retried.attempts.len() as i64, STAGES * PER_STAGE);
    for index in 1..PER_STAGE {
        let job = ledger.latest(&name(0, index)).expect("a job of the first stage");
        ledger.apply(&Event::Success(job)).expect("a pending job");
    }
    let job = ledger.latest(&name(0, 0)).expect("the first job");
    let drop = Event::Drop { job, reason: FailureReason::ScriptFailure, exit_code: Some(1) };
    let skipped = ledger.apply(&drop).expect("a pending job");
    assert!(skipped.jobs.len() > 1000, "its failure reaches down the pipeline: {}", skipped.jobs.len());
}
