//! Stages, jobs and bridges.

use crate::{
    JobId, PipelineId, ProjectId, RunnerId, RunnerManagerId, StageId, Status, Timestamp, UserId, words::words,
};
use serde::{Deserialize, Serialize};

words! {
    /// What a row of the jobs table is.
    JobKind {
        /// A job for a runner.
        Build = "build",
        /// A job that starts another pipeline.
        Bridge = "bridge",
        /// A status that somebody outside reports: no runner takes it, and lists of jobs do not show it.
        Status = "status",
    }
}

words! {
    /// When a job runs.
    When {
        /// After success.
        OnSuccess = "on_success",
        /// After a failure.
        OnFailure = "on_failure",
        /// After either.
        Always = "always",
        /// When somebody presses play.
        Manual = "manual",
        /// Some time after success.
        Delayed = "delayed",
        /// Not at all (rules only).
        Never = "never",
    }
}

words! {
    /// What a job waits for.
    Scheduling {
        /// All earlier stages.
        Stage = "stage",
        /// Its needs.
        Dag = "dag",
    }
}

/// A stage of a pipeline. A stage that no job uses does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Unique id.
    pub id: StageId,
    /// Whose.
    pub pipeline_id: PipelineId,
    /// Name.
    pub name: String,
    /// Place in the order, from 0.
    pub position: i64,
    /// Where it stands.
    pub status: Status,
}

/// One job that another waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Name of the job in the same pipeline, an instance's name for parallel jobs.
    pub name: String,
    /// Its artifacts are handed on.
    pub artifacts: bool,
    /// It may be absent.
    pub optional: bool,
}

/// A job or bridge: one attempt of one name in one pipeline. What its file said is kept beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Unique id.
    pub id: JobId,
    /// Job or bridge.
    pub kind: JobKind,
    /// Whose.
    pub pipeline_id: PipelineId,
    /// The pipeline's project.
    pub project_id: ProjectId,
    /// Its stage.
    pub stage_id: StageId,
    /// Its stage's name.
    pub stage: String,
    /// Its stage's position.
    pub stage_position: i64,
    /// Name; unique among the latest attempts of a pipeline.
    pub name: String,
    /// Where it stands.
    pub status: Status,
    /// The pipeline's ref.
    pub ref_name: String,
    /// The ref is a tag.
    pub tag: bool,
    /// The ref was protected.
    pub protected: bool,
    /// Its failure does not fail the pipeline.
    pub allow_failure: bool,
    /// When it runs.
    pub when: When,
    /// What it waits for.
    pub scheduling: Scheduling,
    /// A newer attempt replaced it.
    pub retried: bool,
    /// It may be canceled by a newer pipeline while it runs.
    pub interruptible: bool,
    /// A manual job that was retried or played starts without waiting for a person again.
    pub enqueue_immediately: bool,
    /// Who started it last.
    pub user_id: Option<UserId>,
    /// Tags a runner must have, sorted.
    pub tags: Vec<String>,
    /// Seconds it may run.
    pub timeout: i64,
    /// Name of its environment, expanded.
    pub environment: Option<String>,
    /// Name of its resource group, expanded.
    pub resource_group: Option<String>,
    /// Seconds it waits once `scheduled`.
    pub start_in: Option<i64>,
    /// The runner that took it.
    pub runner_id: Option<RunnerId>,
    /// The machine that took it.
    pub runner_manager_id: Option<RunnerManagerId>,
    /// Percentage read from the log.
    pub coverage: Option<f64>,
    /// Why it failed, a word of the Jobs API contract §9.8.
    pub failure_reason: Option<String>,
    /// What its script ended with.
    pub exit_code: Option<i64>,
    /// Ran with debug tracing: its log is for developers.
    pub debug_trace: bool,
    /// The runner that has it understands a graceful cancel.
    pub cancel_gracefully: bool,
    /// The pipeline a bridge started.
    pub downstream_pipeline_id: Option<PipelineId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last change or call of its runner.
    pub updated_at: Timestamp,
    /// When it became pending.
    pub queued_at: Option<Timestamp>,
    /// When a runner took it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When a delayed job is due.
    pub scheduled_at: Option<Timestamp>,
    /// When its log and artifacts were erased.
    pub erased_at: Option<Timestamp>,
    /// Who erased them.
    pub erased_by: Option<UserId>,
    /// When its artifacts may be deleted; `None` never.
    pub artifacts_expire_at: Option<Timestamp>,
}

impl Job {
    /// Seconds it ran, to `now` while it runs; `None` if it never started.
    pub fn duration(&self, now: Timestamp) -> Option<f64> {
        self.started_at.map(|start| self.finished_at.unwrap_or(now).seconds_since(start))
    }

    /// Seconds it waited for a runner; `None` if it was never pending.
    pub fn queued_duration(&self, now: Timestamp) -> Option<f64> {
        let end = self.started_at.or(self.finished_at).unwrap_or(now);
        self.queued_at.map(|queued| end.seconds_since(queued))
    }
}
