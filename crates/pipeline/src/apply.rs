//! The one entry of the machine: an event goes in, its whole consequence comes out.

use crate::machine::Machine;
use crate::operations::{Facts, playable, retryable};
use crate::transition::Move;
use crate::{Changes, Effect, Event, FailureReason, JobState, PipelineState, Refusal, Strategy, downstream};
use pipewright_model::{JobKind, Status, Timestamp};

/// Applies one event to a pipeline and everything that follows from it, until nothing changes any more.
///
/// On success the state is the new one, and the changes are the difference to write. On a refusal the
/// state is as it was. `now` becomes every time mark of the event.
pub fn apply(state: &mut PipelineState, event: &Event, now: Timestamp) -> Result<Changes, Refusal> {
    let slot = match event.job() {
        Some(id) => state.jobs.iter().position(|job| job.id == id).ok_or(Refusal::UnknownJob(id))?,
        None => usize::MAX, // never looked at: the event is about no job
    };
    let mut machine = Machine::new(state, now);
    handle(&mut machine, event, slot)?;
    machine.settle();
    Ok(machine.finish())
}

/// The event itself. Whatever can be refused comes before the first change.
fn handle(machine: &mut Machine<'_>, event: &Event, slot: usize) -> Result<(), Refusal> {
    match event {
        Event::Process => {}
        Event::Run(_) => machine.make(slot, Move::Run)?,
        Event::Success(_) => machine.make(slot, Move::Succeed)?,
        Event::Skip(_) => machine.make(slot, Move::Skip)?,
        Event::Drop { reason, exit_code, .. } => machine.fail(slot, *reason, *exit_code)?,
        Event::Cancel { force: true, .. } => {
            if machine.state.jobs[slot].status == Status::Canceling {
                machine.make(slot, Move::ForceCancel)?;
            }
        }
        Event::Cancel { force: false, .. } => machine.cancel(slot),
        Event::CancelPipeline => machine.cancel_everything(),
        Event::CancelInterruptible => {
            let slots = machine.latest().into_iter().filter(|slot| machine.state.jobs[*slot].interruptible);
            slots.collect::<Vec<_>>().into_iter().for_each(|slot| machine.cancel(slot));
        }
        Event::Play(_) => play(machine, slot)?,
        Event::RetryJob(_) => {
            retryable(&facts(&machine.state.jobs[slot]))?;
            retry(machine, slot);
        }
        Event::RetryPipeline => retry_pipeline(machine),
        Event::Due(_) => {
            expect(machine, slot, &[Status::Scheduled], Move::Enqueue)?;
            machine.start(slot)?;
        }
        Event::Unschedule(_) => {
            expect(machine, slot, &[Status::Scheduled], Move::Unschedule)?;
            machine.make(slot, Move::Unschedule)?;
        }
        Event::ResourceGranted(_) => {
            expect(machine, slot, &[Status::WaitingForResource], Move::Enqueue)?;
            machine.enqueue(slot)?;
        }
        Event::Enqueue(_) => {
            expect(machine, slot, Status::ALL, Move::Enqueue)?;
            machine.enqueue(slot)?;
        }
        Event::Downstream { status, .. } => follow_downstream(machine, slot, *status)?,
        Event::DownstreamRestarted(_) => reopen(machine, slot)?,
    }
    Ok(())
}

/// Refuses unless the job itself is in a status the event is for: a bridge that mirrors its pipeline
/// only shows what a job downstream waits for.
fn expect(machine: &Machine<'_>, slot: usize, statuses: &[Status], to_do: Move) -> Result<(), Refusal> {
    let JobState { status: from, has_downstream, .. } = machine.state.jobs[slot];
    let verb = to_do.verb();
    if statuses.contains(&from) && !has_downstream { Ok(()) } else { Err(Refusal::IllegalMove { from, verb }) }
}

const fn facts(job: &JobState) -> Facts {
    Facts { status: job.status, when: job.when, retried: job.retried, archived: false, has_data: false }
}

fn play(machine: &mut Machine<'_>, slot: usize) -> Result<(), Refusal> {
    let job = &machine.state.jobs[slot];
    playable(&facts(job))?;
    if !job.status.is_blocked() {
        retry(machine, slot);
        return Ok(());
    }
    if job.has_downstream {
        // A mirroring bridge that shows `manual`: the job to play is downstream.
        return Err(Refusal::Unplayable);
    }
    machine.start(slot)?;
    machine.reset_dependents(slot);
    machine.effect(Effect::RestartUpstream);
    Ok(())
}

fn retry(machine: &mut Machine<'_>, slot: usize) {
    machine.new_attempt(slot, true, false);
    machine.reset_dependents(slot);
    machine.effect(Effect::RestartUpstream);
}

/// Unlike a single job's retry this lets manual and delayed jobs wait again.
fn retry_pipeline(machine: &mut Machine<'_>) {
    let mut any = false;
    for slot in machine.latest() {
        if machine.state.jobs[slot].kind == JobKind::Status {
            continue; // only whoever reported it can say it anew
        }
        match machine.state.jobs[slot].status {
            Status::Failed | Status::Canceled => machine.new_attempt(slot, false, false),
            Status::Skipped => machine.reset(slot),
            _ => continue,
        }
        any = true;
    }
    if any {
        machine.effect(Effect::RestartUpstream);
    }
}

fn bridge<'m>(machine: &'m mut Machine<'_>, slot: usize) -> Result<&'m mut JobState, Refusal> {
    let job = &mut machine.state.jobs[slot];
    if job.kind == JobKind::Bridge { Ok(job) } else { Err(Refusal::NotABridge(job.id)) }
}

fn follow_downstream(machine: &mut Machine<'_>, slot: usize, downstream: Status) -> Result<(), Refusal> {
    let job = bridge(machine, slot)?;
    job.has_downstream = true;
    match downstream::bridge_status(job.rules.strategy, job.status, downstream) {
        None => Ok(()),
        Some(Status::Failed) => machine.fail(slot, FailureReason::UnknownFailure, None),
        Some(status) => {
            machine.set(slot, status);
            Ok(())
        }
    }
}

fn reopen(machine: &mut Machine<'_>, slot: usize) -> Result<(), Refusal> {
    let job = bridge(machine, slot)?;
    let waits = matches!(job.rules.strategy, Some(Strategy::Depend | Strategy::Mirror));
    if waits && job.has_downstream && job.status.is_complete() && !job.retried {
        machine.make(slot, Move::Reopen)?;
        machine.reset_dependents(slot);
        machine.effect(Effect::RestartUpstream);
    }
    Ok(())
}
