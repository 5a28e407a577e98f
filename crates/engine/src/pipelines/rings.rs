//! What a transaction changed, told to those who wait once it is committed.

use crate::bells::{Bells, Event};
use pipewright_model::{Job, JobId, PipelineId, Status};

/// Bells to ring after the commit. A closure that runs again starts with an empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rings {
    queue: bool,
    work: bool,
    jobs: Vec<JobId>,
    pipelines: Vec<PipelineId>,
}

impl Rings {
    /// A job's status changed.
    pub fn job(&mut self, job: &Job) {
        self.queue |= job.status == Status::Pending;
        self.jobs.push(job.id);
    }

    /// A job's status changed, and it does not wait for a runner.
    pub fn job_id(&mut self, id: JobId) {
        self.jobs.push(id);
    }

    /// A pipeline's status changed.
    pub fn pipeline(&mut self, id: PipelineId) {
        self.pipelines.push(id);
    }

    /// Runners may be given other answers than before.
    pub fn queue(&mut self) {
        self.queue = true;
    }

    /// There is something in the `work` table.
    pub fn work(&mut self) {
        self.work = true;
    }

    /// Rings. Call after the commit only.
    pub fn ring(self, bells: &Bells) {
        if self.queue {
            bells.ring(Event::Queue);
        }
        for job in self.jobs {
            bells.ring(Event::Job(job));
        }
        for pipeline in self.pipelines {
            bells.ring(Event::Pipeline(pipeline));
        }
        if self.work {
            bells.ring_work();
        }
    }
}
