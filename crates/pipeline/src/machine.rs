//! The machine at work on one event: moves of jobs with their marks, new attempts, resets. The pass
//! that follows is in `turns`, the summing up in `finish`.

use crate::graph::Graph;
use crate::retry::should_retry;
use crate::transition::{Move, next};
use crate::{Effect, FailureReason, JobChange, JobState, Patch, PipelineState, Refusal, clamp_exit_code};
use pipewright_model::{JobId, JobKind, Status, Timestamp, When};
use std::collections::BTreeMap;

/// A state under change, and what has changed so far. Jobs are named by slot, their index in the state.
pub(crate) struct Machine<'s> {
    pub(crate) state: &'s mut PipelineState,
    pub(crate) graph: Graph,
    pub(crate) now: Timestamp,
    pub(crate) changes: BTreeMap<usize, JobChange>,
    /// Slots of new attempts: what they replace, and whether nobody asked for them.
    pub(crate) attempts: BTreeMap<usize, (JobId, bool)>,
    pub(crate) effects: Vec<Effect>,
    /// A failure ends all the rest (`on_job_failure: all`).
    pub(crate) cancel_rest: bool,
    /// Below every id in use: what new attempts are called until they have a row.
    lowest_id: i64,
}

impl<'s> Machine<'s> {
    pub(crate) fn new(state: &'s mut PipelineState, now: Timestamp) -> Self {
        let graph = Graph::new(&state.jobs);
        let lowest_id = state.jobs.iter().map(|job| job.id.0).min().unwrap_or(0).min(0);
        Self {
            state,
            graph,
            now,
            changes: BTreeMap::new(),
            attempts: BTreeMap::new(),
            effects: Vec::new(),
            cancel_rest: false,
            lowest_id,
        }
    }

    /// Slots of the latest attempts.
    pub(crate) fn latest(&self) -> Vec<usize> {
        (0..self.state.jobs.len()).filter(|slot| !self.state.jobs[*slot].retried).collect()
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Makes a move, or refuses it.
    pub(crate) fn make(&mut self, slot: usize, to_do: Move) -> Result<(), Refusal> {
        let to = next(self.state.jobs[slot].status, to_do)?;
        self.set(slot, to);
        Ok(())
    }

    /// Puts a job into a status, with the marks that go with it (Jobs API contract §10.6).
    pub(crate) fn set(&mut self, slot: usize, to: Status) {
        let job = &mut self.state.jobs[slot];
        let from = std::mem::replace(&mut job.status, to);
        if from == to {
            return;
        }
        let change = self.changes.entry(slot).or_insert_with(|| unchanged(job.id, from));
        change.to = to;
        if from == Status::Scheduled {
            change.scheduled_at = Patch::Clear;
        }
        match to {
            Status::Pending => change.queued_at = Patch::Set(self.now),
            Status::Running => {
                job.started = true;
                if from.is_complete() {
                    change.finished_at = Patch::Clear;
                    change.failure_reason = Patch::Clear;
                } else {
                    change.started_at = Patch::Set(self.now);
                }
            }
            Status::Success | Status::Failed | Status::Canceled => change.finished_at = Patch::Set(self.now),
            Status::Scheduled => {
                change.scheduled_at = Patch::Set(self.now.plus_seconds(job.start_in.unwrap_or(0)));
            }
            _ => {}
        }
        if let Some(key) = job.resource_group.clone().filter(|_| to.is_complete()) {
            self.effects.push(Effect::ReleaseResource { job: job.id, key });
        }
    }

    /// Starts a job whose turn has come, or that somebody started.
    pub(crate) fn start(&mut self, slot: usize) -> Result<(), Refusal> {
        let job = &self.state.jobs[slot];
        match job.resource_group.clone() {
            Some(key) => {
                let effect = Effect::AcquireResource { job: job.id, key };
                self.make(slot, Move::AwaitResource)?;
                self.effect(effect);
                Ok(())
            }
            None => self.enqueue(slot),
        }
    }

    /// Puts a job before the runners, or lets a bridge start its pipeline.
    pub(crate) fn enqueue(&mut self, slot: usize) -> Result<(), Refusal> {
        self.make(slot, Move::Enqueue)?;
        let job = &self.state.jobs[slot];
        if job.kind == JobKind::Bridge {
            self.effects.push(Effect::StartDownstream(job.id));
        }
        Ok(())
    }

    /// Ends a job badly: an exit code may allow it, `retry` may try again, and what is not forgiven may
    /// end the whole pipeline. A canceling job just ends canceled.
    pub(crate) fn fail(&mut self, slot: usize, reason: FailureReason, exit_code: Option<i64>) -> Result<(), Refusal> {
        self.make(slot, Move::Fail)?;
        let exit_code = exit_code.map(clamp_exit_code);
        let job = &mut self.state.jobs[slot];
        let (Status::Failed, Some(change)) = (job.status, self.changes.get_mut(&slot)) else {
            return Ok(());
        };
        change.failure_reason = Patch::Set(reason);
        if let Some(code) = exit_code {
            change.exit_code = Patch::Set(code);
            if !job.allow_failure && job.rules.allow_failure_exit_codes.contains(&code) {
                job.allow_failure = true;
                change.failure_allowed = true;
            }
        }
        if job.retried {
            return Ok(());
        }
        if should_retry(&job.rules.retry, reason, exit_code, job.attempts) {
            self.new_attempt(slot, true, true);
        } else if self.state.cancel_on_job_failure && !job.allow_failure {
            self.cancel_rest = true;
        }
        Ok(())
    }

    /// Cancels a job if it can be canceled, and what it started. Only a runner that understands it is
    /// asked to finish first.
    pub(crate) fn cancel(&mut self, slot: usize) {
        let job = &self.state.jobs[slot];
        let gracefully = job.cancel_gracefully && job.kind == JobKind::Build && job.status == Status::Running;
        let downstream = job.has_downstream.then_some(Effect::CancelDownstream(job.id));
        if self.make(slot, if gracefully { Move::CancelGracefully } else { Move::Cancel }).is_ok() {
            self.effects.extend(downstream);
        }
    }

    /// Cancels every latest job that can be, and all that bridges started, ended ones too.
    pub(crate) fn cancel_everything(&mut self) {
        for slot in self.latest() {
            let job = &self.state.jobs[slot];
            if job.has_downstream && job.status.is_complete() {
                self.effects.push(Effect::CancelDownstream(job.id));
            }
            self.cancel(slot);
        }
    }

    /// Replaces a job by a new attempt in the same slot; the old one stays in the state, as `retried`.
    /// `immediately` starts it without another play or wait.
    pub(crate) fn new_attempt(&mut self, slot: usize, immediately: bool, automatic: bool) {
        self.lowest_id -= 1;
        let old = &self.state.jobs[slot];
        let waits = matches!(old.when, When::Manual | When::Delayed);
        let new = JobState {
            id: JobId(self.lowest_id),
            status: Status::Created,
            // What an exit code allowed the old attempt, the new one has to earn itself.
            allow_failure: old.allow_failure && old.rules.allow_failure_exit_codes.is_empty(),
            enqueue_immediately: immediately && waits,
            started: false,
            cancel_gracefully: false,
            has_downstream: false,
            attempts: old.attempts + 1,
            ..old.clone()
        };
        let created = unchanged(new.id, Status::Created);
        let mut old = std::mem::replace(&mut self.state.jobs[slot], new);
        old.retried = true;
        self.attempts.insert(slot, (old.id, automatic));
        if let Some(change) = self.changes.insert(slot, created) {
            self.changes.insert(self.state.jobs.len(), change);
        }
        self.state.jobs.push(old);
    }

    /// Brings back the skipped jobs that wait for this one: those that need it, and all later stages.
    pub(crate) fn reset_dependents(&mut self, slot: usize) {
        let stage = self.state.jobs[slot].stage;
        let mut slots = self.graph.descendants(slot);
        slots.extend(self.latest().into_iter().filter(|later| self.state.jobs[*later].stage > stage));
        for slot in slots {
            self.reset(slot);
        }
    }

    /// Brings back one skipped job. A bridge that only shows its pipeline's `skipped` was not skipped.
    pub(crate) fn reset(&mut self, slot: usize) {
        let job = &self.state.jobs[slot];
        if job.status == Status::Skipped
            && job.kind != JobKind::Status
            && !job.has_downstream
            && self.make(slot, Move::Reset).is_ok()
            && let Some(change) = self.changes.get_mut(&slot)
        {
            change.reset = true;
        }
    }
}

/// A change that changes nothing yet.
const fn unchanged(id: JobId, status: Status) -> JobChange {
    JobChange {
        id,
        from: status,
        to: status,
        queued_at: Patch::Keep,
        started_at: Patch::Keep,
        finished_at: Patch::Keep,
        scheduled_at: Patch::Keep,
        failure_reason: Patch::Keep,
        exit_code: Patch::Keep,
        failure_allowed: false,
        reset: false,
    }
}
