//! The end of an event: stages and the pipeline take over what their jobs show, and the difference
//! between before and after is handed out.

use crate::composite::composite;
use crate::machine::Machine;
use crate::{Attempt, Changes, Patch, PipelineChange, StageChange, StageState};
use pipewright_model::Status;

impl Machine<'_> {
    /// Takes over the stages' and the pipeline's status and hands out what changed.
    pub(crate) fn finish(mut self) -> Changes {
        let stages = self.finish_stages();
        let pipeline = self.finish_pipeline();
        let mut jobs = Vec::new();
        let mut attempts = Vec::new();
        for (slot, change) in self.changes {
            let job = &self.state.jobs[slot];
            match self.attempts.get(&slot) {
                Some((replaces, automatic)) => attempts.push(Attempt {
                    replaces: *replaces,
                    automatic: *automatic,
                    enqueue_immediately: job.enqueue_immediately,
                    allow_failure: job.allow_failure,
                    change,
                }),
                // Brought back and skipped again: as if nothing had been.
                None if change.from == change.to => {}
                None => jobs.push(change),
            }
        }
        jobs.sort_by_key(|change| change.id);
        Changes { jobs, attempts, stages, pipeline, effects: self.effects }
    }

    fn finish_stages(&mut self) -> Vec<StageChange> {
        let mut changed = Vec::new();
        self.state.stages.sort_by_key(|stage| stage.position);
        for (position, slots) in &self.graph.stages {
            // `created` is never written: a stage stays what it was while its jobs start over.
            let Some(to) = composite(self.tokens(slots), false).filter(|status| *status != Status::Created) else {
                continue;
            };
            let stages = &mut self.state.stages;
            let index = stages.binary_search_by_key(position, |stage| stage.position).unwrap_or_else(|index| {
                stages.insert(index, StageState { position: *position, status: Status::Created });
                index
            });
            let from = std::mem::replace(&mut stages[index].status, to);
            if from != to {
                changed.push(StageChange { position: *position, from, to });
            }
        }
        changed
    }

    fn finish_pipeline(&mut self) -> Option<PipelineChange> {
        let from = self.state.status;
        let to = pipeline_status(from, composite(self.state.jobs.iter().collect(), false)?);
        self.state.status = to;
        let ended = |status| matches!(status, Status::Success | Status::Failed | Status::Canceled);
        let finished_at = match (ended(from), ended(to)) {
            (_, true) => Patch::Set(self.now),
            (true, false) => Patch::Clear,
            (false, false) => Patch::Keep,
        };
        let started_at = if to == Status::Running { Patch::Set(self.now) } else { Patch::Keep };
        (from != to).then_some(PipelineChange { from, to, started_at, finished_at })
    }
}

/// What a pipeline becomes when its jobs together show a status. `created` is never taken over, and a
/// pipeline that has run goes on as `running`, never as `pending`.
fn pipeline_status(from: Status, shown: Status) -> Status {
    let has_run =
        matches!(from, Status::Running | Status::Success | Status::Failed | Status::Canceling | Status::Canceled);
    match shown {
        Status::Created => from,
        Status::Pending if has_run => Status::Running,
        status => status,
    }
}
