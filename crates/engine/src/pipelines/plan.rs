//! From a compiled plan to rows.

use crate::environments::reached;
use crate::resource_groups::word;
use crate::{Error, Result};
use pipewright_ci_config::plan::{AutoCancel, OnJobFailure, OnNewCommit};
use pipewright_ci_config::{JobPlan, Plan};
use pipewright_model::{Job, JobId, Pipeline, Scheduling, Stage, StageId, Status, Timestamp};
use pipewright_pipeline::resource::ProcessMode;
use pipewright_store::{Tx, jobs, resource_groups, stages};
use std::collections::BTreeMap;

/// The word stored of what a newer pipeline cancels.
pub(super) fn on_new_commit(auto_cancel: AutoCancel) -> &'static str {
    match auto_cancel.on_new_commit {
        OnNewCommit::Conservative => "conservative",
        OnNewCommit::Interruptible => "interruptible",
        OnNewCommit::None => "none",
    }
}

/// Whether the first failure cancels the rest.
pub(super) fn cancels_on_failure(auto_cancel: AutoCancel) -> bool {
    auto_cancel.on_job_failure == OnJobFailure::All
}

/// Writes stages, jobs, needs and definitions of a pipeline whose row is there. Everything is `created`.
pub(super) fn write(tx: &Tx<'_>, pipeline: &Pipeline, plan: &Plan, timeout: i64, now: Timestamp) -> Result<()> {
    let mut rows: BTreeMap<usize, (StageId, i64)> = BTreeMap::new();
    let mut used: Vec<usize> = plan.jobs.iter().map(|job| job.stage_index).collect();
    used.sort_unstable();
    used.dedup();
    for (position, index) in (0i64..).zip(used) {
        let name = plan.stages.get(index).cloned().unwrap_or_else(|| "test".to_owned());
        let stage = Stage { id: StageId(0), pipeline_id: pipeline.id, name, position, status: Status::Created };
        rows.insert(index, (stages::insert(tx, &stage)?, position));
    }
    for job in &plan.jobs {
        let (stage_id, position) = rows[&job.stage_index];
        let row = job_row(pipeline, job, stage_id, position, timeout, now);
        let id = jobs::insert(tx, &row)?;
        name_others(tx, &row, job, now)?;
        if let Some(needs) = &job.needs {
            jobs::insert_needs(tx, id, needs)?;
        }
        let definition = serde_json::to_string(job)
            .map_err(|error| Error::Internal(format!("the job {:?} could not be written down: {error}", job.name)))?;
        jobs::insert_definition(tx, id, &definition, None)?;
    }
    Ok(())
}

/// Makes what the job names and the project does not have yet: its environment, its resource group.
fn name_others(tx: &Tx<'_>, row: &Job, plan: &JobPlan, now: Timestamp) -> Result<()> {
    if let Some(name) = &row.environment {
        let tier = plan.environment.as_ref().and_then(|said| said.deployment_tier.as_deref());
        reached::named(tx, row.project_id, name, tier, now)?;
    }
    if let Some(key) = &row.resource_group {
        resource_groups::ensure(tx, row.project_id, key, word(ProcessMode::default()), now)?;
    }
    Ok(())
}

fn job_row(pipeline: &Pipeline, plan: &JobPlan, stage_id: StageId, position: i64, timeout: i64, now: Timestamp) -> Job {
    let environment = plan
        .environment
        .as_ref()
        .map(|said| if said.expanded_name.is_empty() { said.name.clone() } else { said.expanded_name.clone() });
    let mut tags = plan.tags.clone();
    tags.sort();
    tags.dedup();
    Job {
        id: JobId(0),
        kind: plan.kind,
        pipeline_id: pipeline.id,
        project_id: pipeline.project_id,
        stage_id,
        stage: plan.stage.clone(),
        stage_position: position,
        name: plan.name.clone(),
        status: Status::Created,
        ref_name: pipeline.ref_name.clone(),
        tag: pipeline.tag,
        protected: pipeline.protected,
        allow_failure: plan.allow_failure,
        when: plan.when,
        scheduling: if plan.needs.is_some() { Scheduling::Dag } else { Scheduling::Stage },
        retried: false,
        interruptible: plan.interruptible.unwrap_or(false),
        enqueue_immediately: false,
        user_id: pipeline.user_id,
        tags,
        timeout: plan.timeout.unwrap_or(timeout),
        environment,
        resource_group: plan.resource_group.clone().filter(|key| !key.is_empty()),
        start_in: plan.start_in,
        runner_id: None,
        runner_manager_id: None,
        coverage: None,
        failure_reason: None,
        exit_code: None,
        debug_trace: false,
        cancel_gracefully: false,
        downstream_pipeline_id: None,
        created_at: now,
        updated_at: now,
        queued_at: None,
        started_at: None,
        finished_at: None,
        scheduled_at: None,
        erased_at: None,
        erased_by: None,
        artifacts_expire_at: None,
    }
}
