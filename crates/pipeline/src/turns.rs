//! The pass over a pipeline that lets every created job whose turn has come run or be skipped.

use crate::FailureReason;
use crate::composite::{Tokens, composite};
use crate::gate::{Turn, turn};
use crate::graph::Graph;
use crate::machine::Machine;
use crate::transition::Move;
use pipewright_model::{Scheduling, Status, When};

impl Machine<'_> {
    /// Lets every job whose turn has come run or be skipped, until nothing changes any more.
    pub(crate) fn settle(&mut self) {
        let graph = std::mem::take(&mut self.graph);
        loop {
            if std::mem::take(&mut self.cancel_rest) {
                self.cancel_everything();
            }
            if !self.pass(&graph) {
                break;
            }
        }
        self.graph = graph;
    }

    /// One look at every stage in order; says whether any job moved.
    fn pass(&mut self, graph: &Graph) -> bool {
        let mut moved = false;
        let mut earlier = Tokens::default();
        for (_, slots) in &graph.stages {
            let stages_before = composite(earlier, false).unwrap_or(Status::Success);
            for slot in slots {
                moved |=
                    self.state.jobs[*slot].status == Status::Created && self.take_turn(graph, *slot, stages_before);
            }
            earlier = earlier.and(self.tokens(slots));
        }
        moved
    }

    /// Decides about one created job; says whether it moved.
    fn take_turn(&mut self, graph: &Graph, slot: usize, stages_before: Status) -> bool {
        let job = &self.state.jobs[slot];
        let before = match job.scheduling {
            Scheduling::Stage => stages_before,
            Scheduling::Dag => composite(self.tokens(graph.needs(slot)), true).unwrap_or(Status::Success),
        };
        let moved = match turn(job.when, job.scheduling, before) {
            Turn::Wait => return false,
            Turn::Skip => self.make(slot, Move::Skip),
            Turn::Run if job.outdated_deployment => self.fail(slot, FailureReason::FailedOutdatedDeploymentJob, None),
            Turn::Run if job.enqueue_immediately => self.start(slot),
            Turn::Run if job.when == When::Delayed => self.make(slot, Move::Schedule),
            Turn::Run if job.when == When::Manual => self.make(slot, Move::AwaitPlay),
            Turn::Run => self.start(slot),
        };
        moved.is_ok()
    }

    pub(crate) fn tokens(&self, slots: &[usize]) -> Tokens {
        let jobs = &self.state.jobs;
        slots.iter().map(|slot| Tokens::of(jobs[*slot].status, jobs[*slot].allow_failure)).collect()
    }
}
