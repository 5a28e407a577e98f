//! The caller's side of the machine: rows kept apart from the state, to which nothing but the changes
//! is applied. If the two ever differ, the changes do not say all that happened.

use pipewright_model::{JobId, Status, Timestamp};
use pipewright_pipeline::{Changes, Event, PipelineState, Refusal, apply};
use std::collections::BTreeMap;

pub(crate) struct Ledger {
    pub(crate) state: PipelineState,
    pub(crate) now: Timestamp,
    rows: BTreeMap<JobId, Status>,
    pipeline: Status,
    next_id: i64,
}

impl Ledger {
    pub(crate) fn new(state: PipelineState) -> Self {
        let rows: BTreeMap<JobId, Status> = state.jobs.iter().map(|job| (job.id, job.status)).collect();
        let next_id = rows.keys().map(|id| id.0).max().unwrap_or(0) + 1;
        Self { now: Timestamp::from_seconds(0), rows, pipeline: state.status, next_id, state }
    }

    /// The id of the latest attempt of a name.
    pub(crate) fn latest(&self, name: &str) -> Option<JobId> {
        self.state.jobs.iter().find(|job| !job.retried && job.name == name).map(|job| job.id)
    }

    /// Applies an event a second after the last one, writes the changes as a database would, and checks
    /// what must hold after any event: guards hold, nothing is left to do, a refusal changes nothing.
    pub(crate) fn apply(&mut self, event: &Event) -> Result<Changes, Refusal> {
        self.now = self.now.plus_seconds(1);
        let before = self.state.clone();
        let mut changes = match apply(&mut self.state, event, self.now) {
            Ok(changes) => changes,
            Err(refusal) => {
                assert_eq!(self.state, before, "a refusal of {event:?} changed the state");
                return Err(refusal);
            }
        };
        let mut settled = self.state.clone();
        let more = apply(&mut settled, &Event::Process, self.now).expect("never refused");
        assert!(more.is_empty(), "{event:?} left work undone: {more:?}");
        assert_eq!(settled, self.state);
        self.make_rows(&mut changes);
        self.write(&changes);
        self.compare(event);
        Ok(changes)
    }

    /// Gives new attempts their real ids, in the changes and in the state.
    fn make_rows(&mut self, changes: &mut Changes) {
        for index in 0..changes.attempts.len() {
            let provisional = changes.attempts[index].change.id;
            assert!(provisional.0 < 0, "a provisional id is negative");
            let real = JobId(self.next_id);
            self.next_id += 1;
            changes.renumber(provisional, real);
            self.rows.insert(real, Status::Created);
            for job in self.state.jobs.iter_mut().filter(|job| job.id == provisional) {
                job.id = real;
            }
        }
    }

    fn write(&mut self, changes: &Changes) {
        let attempts = changes.attempts.iter().map(|attempt| &attempt.change);
        for change in changes.jobs.iter().chain(attempts) {
            let row = self.rows.get_mut(&change.id).expect("a row for every change");
            assert_eq!(*row, change.from, "the guard of {change:?}");
            *row = change.to;
        }
        if let Some(change) = changes.pipeline {
            assert_eq!(self.pipeline, change.from);
            self.pipeline = change.to;
        }
    }

    fn compare(&self, event: &Event) {
        for job in &self.state.jobs {
            assert_eq!(self.rows.get(&job.id), Some(&job.status), "row of {} after {event:?}", job.name);
        }
        assert_eq!(self.pipeline, self.state.status, "row of the pipeline after {event:?}");
    }
}
