//! What the machine must know of a pipeline: its stages and its jobs, as they stand.

use crate::{RetryPolicy, Strategy};
use pipewright_model::{Job, JobId, JobKind, Need, Scheduling, Status, When};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A pipeline as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct PipelineState {
    /// Where the pipeline stands.
    pub status: Status,
    /// `workflow:auto_cancel:on_job_failure` is `all`.
    pub cancel_on_job_failure: bool,
    /// The stages that jobs use, in any order; a stage that jobs name and this list lacks is treated
    /// as newly created.
    pub stages: Vec<StageState>,
    /// The latest attempt of every job, in order of creation. Replaced attempts may be left out,
    /// except one that an event is about (a `canceling` attempt that its runner still ends).
    pub jobs: Vec<JobState>,
}

impl PipelineState {
    /// A newly created pipeline of these jobs: it and its stages are `created`.
    pub fn new(jobs: Vec<JobState>) -> Self {
        let positions: BTreeSet<i64> = jobs.iter().map(|job| job.stage).collect();
        let stages = positions.into_iter().map(|position| StageState { position, status: Status::Created }).collect();
        Self { status: Status::Created, cancel_on_job_failure: false, stages, jobs }
    }

    /// The job or replaced attempt with this id.
    pub fn job(&self, id: JobId) -> Option<&JobState> {
        self.jobs.iter().find(|job| job.id == id)
    }
}

/// A stage as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageState {
    /// Place in the order.
    pub position: i64,
    /// Where it stands.
    pub status: Status,
}

/// One attempt of a job or bridge as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct JobState {
    /// Unique id. Negative in results: a new attempt whose row the caller has yet to make.
    pub id: JobId,
    /// Name, unique among latest attempts.
    pub name: String,
    /// Job or bridge.
    pub kind: JobKind,
    /// Its stage's position.
    pub stage: i64,
    /// Where it stands.
    pub status: Status,
    /// A newer attempt replaced it: it counts for nothing any more, but may still have to end.
    pub retried: bool,
    /// Its failure does not fail the pipeline.
    pub allow_failure: bool,
    /// When it runs.
    pub when: When,
    /// What it waits for.
    pub scheduling: Scheduling,
    /// The jobs a `dag` job waits for; names that the pipeline lacks are ignored (they are optional
    /// needs: the compiler refuses others).
    pub needs: Vec<Need>,
    /// Seconds a delayed job waits once it is `scheduled`; `None` counts as 0.
    pub start_in: Option<i64>,
    /// Starts without waiting for a person or a time, because somebody already started it once.
    pub enqueue_immediately: bool,
    /// Name of its resource group, expanded.
    pub resource_group: Option<String>,
    /// May be canceled by a newer pipeline.
    pub interruptible: bool,
    /// A runner (or a downstream pipeline) has begun it at some time.
    pub started: bool,
    /// The runner that has it understands a graceful cancel.
    pub cancel_gracefully: bool,
    /// A bridge whose downstream pipeline exists.
    pub has_downstream: bool,
    /// It deploys something older than what is already deployed: it fails instead of starting.
    pub outdated_deployment: bool,
    /// Replaced attempts of the same name in this pipeline.
    pub attempts: u32,
    /// What its file says about its end.
    pub rules: JobRules,
}

/// What a job's file says about how it ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobRules {
    /// `allow_failure:exit_codes`; a failure with one of these is allowed.
    pub allow_failure_exit_codes: Vec<i64>,
    /// `retry`.
    pub retry: RetryPolicy,
    /// `trigger:strategy` of a bridge; `None` also for jobs.
    pub strategy: Option<Strategy>,
}

impl JobState {
    /// A created job that runs after the earlier stages succeeded; the rest is set by fields.
    pub fn new(id: JobId, name: &str, stage: i64) -> Self {
        Self {
            id,
            name: name.to_owned(),
            kind: JobKind::Build,
            stage,
            status: Status::Created,
            retried: false,
            allow_failure: false,
            when: When::OnSuccess,
            scheduling: Scheduling::Stage,
            needs: Vec::new(),
            start_in: None,
            enqueue_immediately: false,
            resource_group: None,
            interruptible: false,
            started: false,
            cancel_gracefully: false,
            has_downstream: false,
            outdated_deployment: false,
            attempts: 0,
            rules: JobRules::default(),
        }
    }

    /// From a stored row, its needs, the number of attempts it replaced and what its file says.
    pub fn from_job(job: &Job, needs: Vec<Need>, attempts: u32, rules: JobRules) -> Self {
        Self {
            id: job.id,
            name: job.name.clone(),
            kind: job.kind,
            stage: job.stage_position,
            status: job.status,
            retried: job.retried,
            allow_failure: job.allow_failure,
            when: job.when,
            scheduling: job.scheduling,
            needs,
            start_in: job.start_in,
            enqueue_immediately: job.enqueue_immediately,
            resource_group: job.resource_group.clone(),
            interruptible: job.interruptible,
            started: job.started_at.is_some(),
            cancel_gracefully: job.cancel_gracefully,
            has_downstream: job.downstream_pipeline_id.is_some(),
            outdated_deployment: false,
            attempts,
            rules,
        }
    }
}
