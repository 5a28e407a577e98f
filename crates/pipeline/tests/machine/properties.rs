//! What holds for any pipeline and any events. The ledger checks after every event that processing is
//! idempotent, that a refusal changes nothing, and that the changes say all that happened.

use crate::ledger::Ledger;
use pipewright_model::{JobId, JobKind, Need, Scheduling, Status, When};
use pipewright_pipeline::transition::{Move, next};
use pipewright_pipeline::{Changes, Event, FailureReason, JobRules, JobState, PipelineState, RetryPolicy, Strategy};
use proptest::prelude::*;
use proptest::sample::select;

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

fn any_when() -> impl proptest::strategy::Strategy<Value = When> {
    select(vec![When::OnSuccess, When::OnSuccess, When::OnFailure, When::Always, When::Manual, When::Delayed])
}

fn any_strategy() -> impl proptest::strategy::Strategy<Value = Option<Strategy>> {
    select(vec![None, Some(Strategy::Depend), Some(Strategy::Mirror)])
}

prop_compose! {
    fn any_job()(
        stage in 0..4_i64,
        when in any_when(),
        allow_failure in any::<bool>(),
        needs in proptest::option::of(proptest::collection::vec(select(NAMES.to_vec()), 0..3)),
        bridge in proptest::option::weighted(0.2, any_strategy()),
        retries in select(vec![0, 0, 0, 1]),
        flags in any::<(bool, bool, bool)>(),
    ) -> JobState {
        let (cancel_gracefully, interruptible, grouped) = flags;
        let mut job = JobState::new(JobId(0), "", stage);
        job.when = when;
        job.allow_failure = allow_failure;
        if let Some(names) = needs {
            job.scheduling = Scheduling::Dag;
            job.needs = names.into_iter().map(|name| Need { name: name.into(), artifacts: true, optional: true }).collect();
        }
        if let Some(strategy) = bridge {
            job.kind = JobKind::Bridge;
            job.rules.strategy = strategy;
        }
        job.rules = JobRules { retry: RetryPolicy::times(retries), ..job.rules };
        job.cancel_gracefully = cancel_gracefully;
        job.interruptible = interruptible;
        job.resource_group = grouped.then(|| "group".to_owned());
        job
    }
}

prop_compose! {
    /// Up to eight jobs; a job may need those before it in the list, in its own stage or an earlier one.
    fn any_pipeline()(
        jobs in proptest::collection::vec(any_job(), 1..=NAMES.len()),
        cancel_on_job_failure in proptest::bool::weighted(0.2),
    ) -> PipelineState {
        let mut jobs = jobs;
        jobs.sort_by_key(|job| job.stage);
        for (index, job) in jobs.iter_mut().enumerate() {
            job.id = JobId(index as i64 + 1);
            NAMES[index].clone_into(&mut job.name);
            job.needs.retain(|need| NAMES[..index].contains(&need.name.as_str()));
        }
        PipelineState { cancel_on_job_failure, ..PipelineState::new(jobs) }
    }
}

/// An event about the job at an index among those there are then.
type Step = (u8, usize, Status, bool);

fn any_steps() -> impl proptest::strategy::Strategy<Value = Vec<Step>> {
    let step = (0..18_u8, 0..64_usize, select(Status::ALL.to_vec()), any::<bool>());
    proptest::collection::vec(step, 0..24)
}

fn event(state: &PipelineState, (kind, index, status, flag): Step) -> Event {
    let job = state.jobs[index % state.jobs.len()].id;
    match kind {
        0 => Event::Process,
        1 | 2 => Event::Run(job),
        3..=6 => Event::Success(job),
        7 | 8 => Event::Drop { job, reason: FailureReason::ScriptFailure, exit_code: flag.then_some(1) },
        9 => Event::Cancel { job, force: flag },
        10 if flag => Event::CancelPipeline,
        10 => Event::CancelInterruptible,
        11 => Event::Play(job),
        12 => Event::RetryJob(job),
        13 => Event::RetryPipeline,
        14 if flag => Event::Due(job),
        14 => Event::Unschedule(job),
        15 => Event::ResourceGranted(job),
        16 => Event::Downstream { bridge: job, status },
        _ => Event::DownstreamRestarted(job),
    }
}

/// Runs the steps; those that are refused change nothing, which the ledger checks.
fn play_through(state: PipelineState, steps: &[Step]) -> (Ledger, Vec<Changes>) {
    let mut ledger = Ledger::new(state);
    let mut all = vec![ledger.apply(&Event::Process).expect("never refused")];
    for step in steps {
        let event = event(&ledger.state, *step);
        all.extend(ledger.apply(&event));
    }
    (ledger, all)
}

/// Every start, success, failure and graceful end that runners might report now.
fn news_of_runners(state: &PipelineState) -> Vec<Event> {
    let reports = |id| {
        let failed = Event::Drop { job: id, reason: FailureReason::ScriptFailure, exit_code: Some(1) };
        [Event::Run(id), Event::Success(id), failed]
    };
    let active = state.jobs.iter().filter(|job| job.status.is_active() || job.status.is_executing());
    let events = active.flat_map(|job| reports(job.id));
    events.filter(|event| Ledger::new(state.clone()).apply(event).is_ok()).collect()
}

/// Whether a status can be reached from another by moves of the table; `hops` at most.
fn reachable(from: Status, to: Status, hops: usize) -> bool {
    from == to
        || hops > 0
            && Move::ALL.iter().filter_map(|to_do| next(from, *to_do).ok()).any(|via| reachable(via, to, hops - 1))
}

/// Ends whatever can be ended, by hand and by success; returns the number of rounds it took.
fn drive_to_the_end(ledger: &mut Ledger) -> usize {
    for round in 0..100 {
        let open: Vec<(JobId, Status, bool)> = ledger
            .state
            .jobs
            .iter()
            .filter(|job| !job.status.is_complete())
            .map(|job| (job.id, job.status, job.has_downstream))
            .collect();
        if open.is_empty() {
            return round;
        }
        for (job, status, has_downstream) in open {
            // Refusals are fine: an earlier event of the round may have moved the job.
            let _ = match status {
                Status::Manual | Status::Scheduled if !has_downstream => ledger.apply(&Event::Play(job)),
                Status::WaitingForResource if !has_downstream => ledger.apply(&Event::ResourceGranted(job)),
                _ if has_downstream => ledger.apply(&Event::Downstream { bridge: job, status: Status::Success }),
                Status::Created => continue,
                _ => ledger.apply(&Event::Success(job)),
            };
        }
    }
    panic!("still open: {:?}", ledger.state);
}

proptest! {
    // Many random pipelines have no two jobs running at once.
    #![proptest_config(ProptestConfig { max_global_rejects: 1_000_000, ..ProptestConfig::default() })]

    #[test]
    fn stages_and_pipeline_show_their_jobs(state in any_pipeline(), steps in any_steps()) {
        use pipewright_pipeline::composite::composite;
        let (ledger, _) = play_through(state, &steps);
        let shown = composite(ledger.state.jobs.iter().collect(), false).expect("there are jobs");
        let pipeline = ledger.state.status;
        prop_assert!(pipeline == shown || shown == Status::Created || (shown, pipeline) == (Status::Pending, Status::Running));
        for stage in &ledger.state.stages {
            let jobs = ledger.state.jobs.iter().filter(|job| job.stage == stage.position);
            let shown = composite(jobs.collect(), false).expect("stages have jobs");
            prop_assert!(stage.status == shown || shown == Status::Created);
        }
    }

    #[test]
    fn no_job_makes_an_illegal_move(state in any_pipeline(), steps in any_steps()) {
        let mirrors: Vec<String> = state
            .jobs
            .iter()
            .filter(|job| job.rules.strategy == Some(Strategy::Mirror))
            .map(|job| job.name.clone())
            .collect();
        let (ledger, all) = play_through(state, &steps);
        for change in all.iter().flat_map(|changes| &changes.jobs) {
            let name = &ledger.state.job(change.id).expect("kept").name;
            prop_assert_ne!(change.from, change.to);
            prop_assert!(mirrors.contains(name) || reachable(change.from, change.to, 2), "{:?}", change);
        }
        for attempt in all.iter().flat_map(|changes| &changes.attempts) {
            prop_assert_eq!(attempt.change.from, Status::Created);
            prop_assert!(reachable(Status::Created, attempt.change.to, 2));
        }
    }

    #[test]
    fn there_is_one_latest_attempt_of_every_name(state in any_pipeline(), steps in any_steps()) {
        let count = state.jobs.len();
        let (ledger, _) = play_through(state, &steps);
        let mut latest: Vec<&str> =
            ledger.state.jobs.iter().filter(|job| !job.retried).map(|job| job.name.as_str()).collect();
        latest.sort_unstable();
        latest.dedup();
        prop_assert_eq!(latest.len(), count);
    }

    #[test]
    fn every_pipeline_can_be_brought_to_an_end(state in any_pipeline(), steps in any_steps()) {
        let (mut ledger, _) = play_through(state, &steps);
        drive_to_the_end(&mut ledger);
        prop_assert!(ledger.state.status.is_complete(), "{:?}", ledger.state);
    }

    #[test]
    fn the_order_of_independent_events_does_not_matter(
        state in any_pipeline(),
        steps in any_steps(),
        picks in (0..64_usize, 0..64_usize),
    ) {
        let state = PipelineState { cancel_on_job_failure: false, ..state };
        let (ledger, _) = play_through(state, &steps);
        let legal = news_of_runners(&ledger.state);
        prop_assume!(!legal.is_empty());
        let (one, two) = (&legal[picks.0 % legal.len()], &legal[picks.1 % legal.len()]);
        // New attempts are numbered by the order of the failures, so at most one event may start one.
        let retries = |event: &Event| {
            let job = event.job().and_then(|id| ledger.state.job(id));
            matches!(event, Event::Drop { .. }) && job.is_some_and(|job| job.rules.retry.max != Some(0))
        };
        prop_assume!(one.job() != two.job() && !(retries(one) && retries(two)));
        let run = |events: [&Event; 2]| {
            let mut other = Ledger::new(ledger.state.clone());
            for event in events {
                other.apply(event).expect("the other event is about another job");
            }
            // Not stages and pipeline: what shows `created` keeps its status, and what ran once while
            // the other event was under way stays `running`.
            other.state.jobs
        };
        prop_assert_eq!(run([one, two]), run([two, one]));
    }
}
