//! What is written beside the statuses: times, reasons, ids (Jobs API contract §10.3 and §10.6).

use crate::ledger::Ledger;
use pipewright_model::{JobId, JobKind, Status, Timestamp, When};
use pipewright_pipeline::{
    Attempt, Changes, Event, FailureReason, JobChange, JobRules, JobState, Patch, PipelineState, Refusal, RetryPolicy,
    Strategy,
};

const JOB: JobId = JobId(1);

/// A ledger of jobs that all start at once, already processed.
fn pipeline(jobs: Vec<JobState>) -> Ledger {
    let mut ledger = Ledger::new(PipelineState::new(jobs));
    ledger.apply(&Event::Process).expect("never refused");
    ledger
}

fn job() -> JobState {
    JobState::new(JOB, "job", 0)
}

fn apply(ledger: &mut Ledger, event: Event) -> Changes {
    ledger.apply(&event).expect("a legal event")
}

/// The one row that an event changed.
fn change(ledger: &mut Ledger, event: Event) -> JobChange {
    let changes = apply(ledger, event);
    assert_eq!(changes.jobs.len(), 1, "{changes:?}");
    changes.jobs[0].clone()
}

fn drop(exit_code: Option<i64>) -> Event {
    Event::Drop { job: JOB, reason: FailureReason::ScriptFailure, exit_code }
}

#[test]
fn queued_started_and_finished_are_set_once_each() {
    let mut ledger = Ledger::new(PipelineState::new(vec![job()]));
    let queued = change(&mut ledger, Event::Process);
    assert_eq!((queued.from, queued.to), (Status::Created, Status::Pending));
    assert_eq!(queued.queued_at, Patch::Set(ledger.now));
    let started = change(&mut ledger, Event::Run(JOB));
    assert_eq!(started.started_at, Patch::Set(ledger.now));
    assert_eq!(started.queued_at, Patch::Keep);
    let finished = change(&mut ledger, Event::Success(JOB));
    assert_eq!(finished.finished_at, Patch::Set(ledger.now));
    assert_eq!((finished.started_at, finished.failure_reason), (Patch::Keep, Patch::Keep));
}

#[test]
fn neither_skipped_nor_canceling_is_an_end_in_time() {
    let skipped = JobState { when: When::OnFailure, ..job() };
    let mut ledger = Ledger::new(PipelineState::new(vec![skipped]));
    assert_eq!(change(&mut ledger, Event::Process).finished_at, Patch::Keep);
    let mut ledger = pipeline(vec![JobState { cancel_gracefully: true, ..job() }]);
    apply(&mut ledger, Event::Run(JOB));
    let canceling = change(&mut ledger, Event::Cancel { job: JOB, force: false });
    assert_eq!((canceling.to, canceling.finished_at), (Status::Canceling, Patch::Keep));
    let canceled = change(&mut ledger, drop(Some(1)));
    assert_eq!((canceled.to, canceled.finished_at), (Status::Canceled, Patch::Set(ledger.now)));
    assert_eq!((canceled.failure_reason, canceled.exit_code), (Patch::Keep, Patch::Keep));
}

#[test]
fn the_time_of_a_delayed_job_is_set_and_cleared() {
    let delayed = || JobState { when: When::Delayed, start_in: Some(90), ..job() };
    let ends = [Event::Due(JOB), Event::Play(JOB), Event::Unschedule(JOB), Event::CancelPipeline, drop(None)];
    for end in ends {
        let mut ledger = Ledger::new(PipelineState::new(vec![delayed()]));
        let scheduled = change(&mut ledger, Event::Process);
        assert_eq!(scheduled.scheduled_at, Patch::Set(ledger.now.plus_seconds(90)));
        assert_eq!(change(&mut ledger, end.clone()).scheduled_at, Patch::Clear, "{end:?}");
    }
}

#[test]
fn a_failure_has_a_reason_and_a_stored_exit_code() {
    let mut ledger = pipeline(vec![job()]);
    let failed = change(&mut ledger, drop(Some(-1)));
    assert_eq!(failed.failure_reason, Patch::Set(FailureReason::ScriptFailure));
    assert_eq!((failed.exit_code, failed.failure_allowed), (Patch::Set(0), false));
    let mut ledger = pipeline(vec![job()]);
    assert_eq!(change(&mut ledger, drop(None)).exit_code, Patch::Keep);
}

#[test]
fn trap_27_an_exit_code_may_allow_the_failure() {
    let rules = JobRules { allow_failure_exit_codes: vec![137], ..JobRules::default() };
    let mut ledger = pipeline(vec![JobState { rules, ..job() }]);
    assert!(change(&mut ledger, drop(Some(137))).failure_allowed);
    assert_eq!(ledger.state.status, Status::Success);
    let attempt = one_attempt(&apply(&mut ledger, Event::RetryJob(JOB)));
    assert!(!attempt.allow_failure, "the new attempt has yet to earn it");
}

#[test]
fn trap_25_an_end_is_not_repeated() {
    let mut ledger = pipeline(vec![job()]);
    apply(&mut ledger, Event::Success(JOB));
    for again in [Event::Success(JOB), drop(None), Event::Run(JOB)] {
        assert!(matches!(ledger.apply(&again), Err(Refusal::IllegalMove { from: Status::Success, .. })), "{again:?}");
    }
    assert_eq!(ledger.apply(&Event::Run(JobId(99))), Err(Refusal::UnknownJob(JobId(99))));
}

fn one_attempt(changes: &Changes) -> Attempt {
    assert_eq!(changes.attempts.len(), 1, "{changes:?}");
    changes.attempts[0].clone()
}

#[test]
fn a_retry_is_a_new_row_and_the_old_one_stays_as_it_is() {
    let mut ledger = pipeline(vec![JobState { started: true, ..job() }]);
    apply(&mut ledger, drop(None));
    let changes = apply(&mut ledger, Event::RetryJob(JOB));
    assert!(changes.jobs.is_empty());
    let attempt = one_attempt(&changes);
    assert_eq!((attempt.replaces, attempt.change.id, attempt.automatic), (JOB, JobId(2), false));
    assert_eq!((attempt.change.from, attempt.change.to), (Status::Created, Status::Pending));
    assert_eq!(attempt.change.queued_at, Patch::Set(ledger.now));
    let old = ledger.state.job(JOB).expect("kept");
    assert!(old.retried && old.status == Status::Failed);
    let new = ledger.state.job(JobId(2)).expect("made");
    assert_eq!((new.attempts, new.started), (1, false));
    assert_eq!(ledger.apply(&Event::RetryJob(JOB)), Err(Refusal::NotRetryable));
    assert_eq!(ledger.apply(&Event::Play(JOB)), Err(Refusal::Unplayable));
}

#[test]
fn an_automatic_retry_is_marked_as_such() {
    let rules = JobRules { retry: RetryPolicy::times(1), ..JobRules::default() };
    let mut ledger = pipeline(vec![JobState { rules, ..job() }]);
    let changes = apply(&mut ledger, drop(Some(1)));
    assert_eq!(changes.jobs.len(), 1);
    assert_eq!(changes.jobs[0].failure_reason, Patch::Set(FailureReason::ScriptFailure));
    assert!(one_attempt(&changes).automatic);
    assert!(changes.pipeline.is_none(), "a pipeline whose job is retried goes on");
}

#[test]
fn a_retried_manual_job_is_stored_as_one_that_starts_at_once() {
    let manual = JobState { when: When::Manual, allow_failure: false, ..job() };
    let mut ledger = pipeline(vec![manual]);
    apply(&mut ledger, Event::Play(JOB));
    apply(&mut ledger, drop(None));
    let attempt = one_attempt(&apply(&mut ledger, Event::Play(JOB)));
    assert!(attempt.enqueue_immediately && attempt.change.to == Status::Pending);
    apply(&mut ledger, Event::Drop { job: attempt.change.id, reason: FailureReason::ScriptFailure, exit_code: None });
    let attempt = one_attempt(&apply(&mut ledger, Event::RetryPipeline));
    assert!(!attempt.enqueue_immediately && attempt.change.to == Status::Manual);
}

#[test]
fn a_replaced_attempt_still_ends() {
    let mut ledger = pipeline(vec![JobState { cancel_gracefully: true, ..job() }]);
    apply(&mut ledger, Event::Run(JOB));
    apply(&mut ledger, Event::CancelPipeline);
    apply(&mut ledger, Event::RetryJob(JOB));
    let ended = change(&mut ledger, drop(Some(1)));
    assert_eq!((ended.id, ended.to), (JOB, Status::Canceled));
    assert_eq!(ledger.state.status, Status::Running, "the new attempt alone counts");
}

#[test]
fn a_replaced_attempt_starts_and_cancels_nothing() {
    let rules = JobRules { retry: RetryPolicy::times(2), ..JobRules::default() };
    let replaced = JobState { retried: true, status: Status::Running, rules, ..job() };
    let new = JobState { status: Status::Pending, ..JobState::new(JobId(2), "job", 0) };
    let mut ledger =
        Ledger::new(PipelineState { cancel_on_job_failure: true, ..PipelineState::new(vec![replaced, new]) });
    let failed = apply(&mut ledger, drop(Some(1)));
    assert!(failed.attempts.is_empty() && failed.jobs.len() == 1, "{failed:?}");
}

#[test]
fn a_replaced_bridge_does_not_wait_again() {
    let rules = JobRules { strategy: Some(Strategy::Depend), ..JobRules::default() };
    let mut ledger = pipeline(vec![JobState { kind: JobKind::Bridge, rules, ..job() }]);
    apply(&mut ledger, Event::Downstream { bridge: JOB, status: Status::Failed });
    apply(&mut ledger, Event::RetryJob(JOB));
    assert!(apply(&mut ledger, Event::DownstreamRestarted(JOB)).is_empty());
}

#[test]
fn what_a_mirroring_bridge_shows_is_not_its_own_to_change() {
    let rules = JobRules { strategy: Some(Strategy::Mirror), ..JobRules::default() };
    for shown in [Status::Manual, Status::Scheduled, Status::WaitingForResource] {
        let bridge = JobState { kind: JobKind::Bridge, when: When::Manual, rules: rules.clone(), ..job() };
        let mut ledger = pipeline(vec![bridge]);
        apply(&mut ledger, Event::Play(JOB));
        apply(&mut ledger, Event::Downstream { bridge: JOB, status: shown });
        for event in [Event::Due(JOB), Event::Unschedule(JOB), Event::ResourceGranted(JOB), Event::Enqueue(JOB)] {
            assert!(matches!(ledger.apply(&event), Err(Refusal::IllegalMove { .. })), "{event:?} of {shown}");
        }
        assert_eq!(ledger.apply(&Event::Play(JOB)), Err(Refusal::Unplayable));
    }
}

#[test]
fn jobs_brought_back_are_told_apart() {
    let mut build = JobState { when: When::Manual, allow_failure: false, ..job() };
    build.needs.clear();
    let later = JobState::new(JobId(2), "later", 1);
    let mut ledger = pipeline(vec![build, later]);
    apply(&mut ledger, Event::Play(JOB));
    apply(&mut ledger, drop(None));
    let changes = apply(&mut ledger, Event::RetryJob(JOB));
    assert_eq!(changes.jobs.len(), 1);
    assert_eq!((changes.jobs[0].id, changes.jobs[0].reset), (JobId(2), true));
    assert_eq!((changes.jobs[0].from, changes.jobs[0].to), (Status::Skipped, Status::Created));
}

#[test]
fn a_job_brought_back_and_skipped_again_is_no_change() {
    let build = JobState { when: When::Manual, allow_failure: true, ..job() };
    let never = JobState { when: When::OnFailure, ..JobState::new(JobId(2), "never", 1) };
    let mut ledger = pipeline(vec![build, JobState::new(JobId(3), "other", 0), never]);
    apply(&mut ledger, Event::Success(JobId(3)));
    assert_eq!(ledger.state.status, Status::Success);
    apply(&mut ledger, Event::Play(JOB));
    let changes = apply(&mut ledger, Event::Cancel { job: JOB, force: false });
    assert_eq!(changes.status_of(JobId(2)), Some(Status::Skipped));
    let changes = apply(&mut ledger, Event::RetryPipeline);
    assert_eq!(changes.status_of(JobId(2)), None, "skipped before and after");
}

#[test]
fn the_pipeline_is_timed_from_its_first_start_to_its_last_end() {
    let mut ledger = pipeline(vec![job()]);
    let begun = apply(&mut ledger, Event::Run(JOB)).pipeline.expect("a change");
    assert_eq!((begun.started_at, begun.finished_at), (Patch::Set(ledger.now), Patch::Keep));
    let ended = apply(&mut ledger, drop(None)).pipeline.expect("a change");
    assert_eq!((ended.started_at, ended.finished_at), (Patch::Keep, Patch::Set(ledger.now)));
    let again = apply(&mut ledger, Event::RetryPipeline).pipeline.expect("a change");
    assert_eq!((again.to, again.finished_at), (Status::Running, Patch::Clear));
}

#[test]
fn a_bridge_that_waits_again_has_not_ended() {
    let rules = JobRules { strategy: Some(Strategy::Depend), ..JobRules::default() };
    let mut ledger = pipeline(vec![JobState { kind: JobKind::Bridge, rules, ..job() }]);
    let started = change(&mut ledger, Event::Downstream { bridge: JOB, status: Status::Running });
    assert_eq!(started.started_at, Patch::Set(ledger.now));
    let failed = change(&mut ledger, Event::Downstream { bridge: JOB, status: Status::Failed });
    assert_eq!(failed.failure_reason, Patch::Set(FailureReason::UnknownFailure));
    let again = change(&mut ledger, Event::DownstreamRestarted(JOB));
    assert_eq!((again.finished_at, again.failure_reason), (Patch::Clear, Patch::Clear));
    assert_eq!(again.started_at, Patch::Keep);
}

#[test]
fn an_outdated_deployment_fails_instead_of_starting() {
    let deploy = JobState { outdated_deployment: true, ..job() };
    let mut ledger = Ledger::new(PipelineState::new(vec![deploy, JobState::new(JobId(2), "other", 0)]));
    ledger.state.cancel_on_job_failure = true;
    let changes = apply(&mut ledger, Event::Process);
    assert_eq!(changes.jobs[0].failure_reason, Patch::Set(FailureReason::FailedOutdatedDeploymentJob));
    assert_eq!(changes.status_of(JobId(2)), Some(Status::Canceled));
    assert_eq!(ledger.state.status, Status::Failed);
}

#[test]
fn a_pipeline_without_jobs_keeps_the_status_it_was_given() {
    let mut ledger = Ledger::new(PipelineState { status: Status::Failed, ..PipelineState::new(Vec::new()) });
    for event in [Event::Process, Event::CancelPipeline, Event::RetryPipeline] {
        assert!(apply(&mut ledger, event).is_empty());
    }
    assert_eq!(ledger.state.status, Status::Failed);
}

#[test]
fn jobs_that_need_each_other_wait_for_ever_and_harm_nobody() {
    let circle = |id: i64, name: &str, need: &str| {
        let mut job = JobState::new(JobId(id), name, 0);
        job.scheduling = pipewright_model::Scheduling::Dag;
        job.needs = vec![pipewright_model::Need { name: need.to_owned(), artifacts: false, optional: false }];
        job
    };
    let mut ledger = pipeline(vec![circle(1, "a", "b"), circle(2, "b", "a"), JobState::new(JobId(3), "c", 0)]);
    assert_eq!(ledger.state.status, Status::Pending);
    apply(&mut ledger, Event::CancelPipeline);
    assert_eq!(ledger.state.status, Status::Canceled);
    assert_eq!(ledger.now, Timestamp::from_seconds(2));
}
