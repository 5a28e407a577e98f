//! The one way statuses change: load a pipeline, apply an event, write each changed row guarded by its
//! old status. What follows in other pipelines (bridges, resource groups) happens in the same transaction.

use super::rings::Rings;
use super::rules;
use crate::environments::reached;
use crate::resource_groups;
use crate::work::{self, Work};
use crate::{Error, Result};
use pipewright_ci_config::JobPlan;
use pipewright_model::{Job, JobId, Need, Pipeline, PipelineId, ProjectId, Status, Timestamp, UserId};
use pipewright_pipeline::resource::Upcoming;
use pipewright_pipeline::state::{JobRules, JobState, PipelineState, StageState};
use pipewright_pipeline::{Attempt, Changes, Effect, Event, JobChange, Refusal, resource};
use pipewright_store::{Tx, jobs, pipelines, queue, resource_groups as store_groups, stages};
use std::collections::{HashMap, VecDeque};

/// When something happened, and who made it happen.
#[derive(Clone, Copy, Debug)]
pub struct Cause {
    /// When.
    pub now: Timestamp,
    /// The user whose doing it is; `None` for runners and for the server itself.
    pub actor: Option<UserId>,
}

/// Applies an event to a pipeline, and whatever follows from it to others. A refusal changes nothing.
pub fn apply(tx: &Tx<'_>, rings: &mut Rings, cause: Cause, id: PipelineId, event: &Event) -> Result<Changes> {
    let mut follow_ups = VecDeque::new();
    let changes = apply_one(tx, rings, cause, id, event, &mut follow_ups)?.map_err(refused)?;
    settle(tx, rings, cause, follow_ups)?;
    Ok(changes)
}

/// Tells the bridge that started a pipeline, if there is one, where the pipeline stands now.
pub fn tell_bridge(tx: &Tx<'_>, rings: &mut Rings, cause: Cause, pipeline: &Pipeline) -> Result<()> {
    let mut follow_ups = VecDeque::new();
    report_status(tx, pipeline, &mut follow_ups)?;
    settle(tx, rings, cause, follow_ups)
}

/// Works off what an event led to elsewhere. Each step is in another pipeline or moves one forward, so it ends.
fn settle(tx: &Tx<'_>, rings: &mut Rings, cause: Cause, mut follow_ups: VecDeque<(PipelineId, Event)>) -> Result<()> {
    while let Some((id, event)) = follow_ups.pop_front() {
        if let Err(refusal) = apply_one(tx, rings, cause, id, &event, &mut follow_ups)? {
            tracing::debug!(pipeline = id.0, ?event, %refusal, "nothing to do in the other pipeline");
        }
    }
    Ok(())
}

/// A refusal as the caller is told.
pub fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::NotRetryable | Refusal::NotErasable => Error::forbidden_because(refusal.to_string()),
        Refusal::Unplayable => Error::BadRequest(format!("400 Bad request - {refusal}")),
        Refusal::UnknownJob(_) => Error::record(),
        Refusal::IllegalMove { .. } | Refusal::NotABridge(_) => Error::Conflict(refusal.to_string()),
    }
}

fn apply_one(
    tx: &Tx<'_>,
    rings: &mut Rings,
    cause: Cause,
    id: PipelineId,
    event: &Event,
    follow_ups: &mut VecDeque<(PipelineId, Event)>,
) -> Result<Result<Changes, Refusal>> {
    let Some(mut pipeline) = pipelines::get_for_update(tx, id)? else { return Ok(Ok(Changes::default())) };
    let mut state = load(tx, &pipeline, event)?;
    let mut changes = match pipewright_pipeline::apply(&mut state, event, cause.now) {
        Ok(changes) => changes,
        Err(refusal) => return Ok(Err(refusal)),
    };
    write(tx, rings, cause, &pipeline, &mut changes)?;
    if let Some(change) = changes.pipeline {
        pipeline.status = change.to;
        pipeline.started_at = match (pipeline.started_at, change.started_at.apply(None)) {
            (Some(first), _) => Some(first),
            (None, new) => new,
        };
        pipeline.finished_at = change.finished_at.apply(pipeline.finished_at);
        pipeline.updated_at = cause.now;
        pipelines::save(tx, &pipeline, change.from)?;
        rings.pipeline(id);
        report_status(tx, &pipeline, follow_ups)?;
    }
    for effect in &changes.effects {
        follow(tx, rings, cause, &pipeline, effect, follow_ups)?;
    }
    Ok(Ok(changes))
}

fn report_status(tx: &Tx<'_>, pipeline: &Pipeline, follow_ups: &mut VecDeque<(PipelineId, Event)>) -> Result<()> {
    if let Some(bridge) = pipeline.source_job_id
        && let Some(job) = jobs::get(tx, bridge)?
        && !job.retried
    {
        follow_ups.push_back((job.pipeline_id, Event::Downstream { bridge, status: pipeline.status }));
    }
    Ok(())
}

/// A pipeline as the machine wants it. What files say is read only of the jobs the event may end.
pub fn load(tx: &Tx<'_>, pipeline: &Pipeline, event: &Event) -> Result<PipelineState> {
    let standings = jobs::standings(tx, pipeline.id, event.job())?;
    let mut needs: HashMap<JobId, Vec<Need>> = HashMap::new();
    if standings.iter().any(|job| job.scheduling == pipewright_model::Scheduling::Dag) {
        for (job, need) in jobs::needs_of_pipeline(tx, pipeline.id)? {
            needs.entry(job).or_default().push(need);
        }
    }
    let mut states = Vec::with_capacity(standings.len());
    for job in standings {
        let concerned = event.job() == Some(job.id)
            || (*event == Event::RetryPipeline && matches!(job.status, Status::Failed | Status::Canceled));
        let (attempts, rules) = if concerned {
            (jobs::replaced_attempts(tx, pipeline.id, &job.name)? as u32, job_rules(tx, job.id)?)
        } else {
            (0, JobRules::default())
        };
        states.push(JobState {
            id: job.id,
            needs: needs.remove(&job.id).unwrap_or_default(),
            name: job.name,
            kind: job.kind,
            stage: job.stage_position,
            status: job.status,
            retried: job.retried,
            allow_failure: job.allow_failure,
            when: job.when,
            scheduling: job.scheduling,
            start_in: job.start_in,
            enqueue_immediately: job.enqueue_immediately,
            resource_group: job.resource_group,
            interruptible: job.interruptible,
            started: job.started,
            cancel_gracefully: job.cancel_gracefully,
            has_downstream: job.has_downstream,
            outdated_deployment: false,
            attempts,
            rules,
        });
    }
    let stages = stages::of_pipeline(tx, pipeline.id)?;
    Ok(PipelineState {
        status: pipeline.status,
        cancel_on_job_failure: pipeline.cancel_on_job_failure,
        stages: stages.iter().map(|s| StageState { position: s.position, status: s.status }).collect(),
        jobs: states,
    })
}

/// What the job's file says about its end.
fn job_rules(tx: &Tx<'_>, job: JobId) -> Result<JobRules> {
    Ok(definition(tx, job)?.map_or_else(JobRules::default, |plan| rules::of(&plan)))
}

/// What the job's file says of it.
pub fn definition(tx: &Tx<'_>, job: JobId) -> Result<Option<JobPlan>> {
    let Some(text) = jobs::definition(tx, job)? else { return Ok(None) };
    let read = serde_json::from_str(&text);
    if let Err(error) = &read {
        tracing::error!(job = job.0, %error, "a job's definition cannot be read: it counts as missing");
    }
    Ok(read.ok())
}

/// Writes jobs, attempts and stages; provisional ids become real ones.
fn write(tx: &Tx<'_>, rings: &mut Rings, cause: Cause, pipeline: &Pipeline, changes: &mut Changes) -> Result<()> {
    for change in &changes.jobs {
        write_job(tx, rings, cause, change)?;
    }
    for attempt in changes.attempts.clone() {
        let real = write_attempt(tx, rings, cause, &attempt)?;
        changes.renumber(attempt.change.id, real);
    }
    for stage in &changes.stages {
        stages::set_status(tx, pipeline.id, stage.position, stage.from, stage.to)?;
    }
    Ok(())
}

fn write_job(tx: &Tx<'_>, rings: &mut Rings, cause: Cause, change: &JobChange) -> Result<()> {
    let mut job = jobs::get(tx, change.id)?.ok_or_else(Error::record)?;
    patch(&mut job, change, cause.now);
    if change.reset && cause.actor.is_some() {
        job.user_id = cause.actor;
    }
    jobs::save(tx, &job, change.from)?;
    if change.to.is_complete() {
        jobs::forget_handed_out(tx, job.id)?;
    }
    rings.job(&job);
    reached::moved(tx, rings, &job, cause.now)
}

fn patch(job: &mut Job, change: &JobChange, now: Timestamp) {
    job.status = change.to;
    job.queued_at = change.queued_at.apply(job.queued_at);
    job.started_at = change.started_at.apply(job.started_at);
    job.finished_at = change.finished_at.apply(job.finished_at);
    job.scheduled_at = change.scheduled_at.apply(job.scheduled_at);
    let reason = change.failure_reason.apply(None).map(|reason| reason.as_str().to_owned());
    job.failure_reason = match change.failure_reason {
        pipewright_pipeline::Patch::Keep => job.failure_reason.take(),
        _ => reason,
    };
    job.exit_code = change.exit_code.apply(job.exit_code);
    job.allow_failure |= change.failure_allowed;
    job.updated_at = now;
}

/// A copy of the attempt it replaces (Jobs API contract §10.3).
fn write_attempt(tx: &Tx<'_>, rings: &mut Rings, cause: Cause, attempt: &Attempt) -> Result<JobId> {
    let old = jobs::get(tx, attempt.replaces)?.ok_or_else(Error::record)?;
    let mut job = Job {
        id: JobId(0),
        retried: false,
        allow_failure: attempt.allow_failure,
        enqueue_immediately: attempt.enqueue_immediately,
        user_id: if attempt.automatic { old.user_id } else { cause.actor.or(old.user_id) },
        runner_id: None,
        runner_manager_id: None,
        coverage: None,
        failure_reason: None,
        exit_code: None,
        cancel_gracefully: false,
        downstream_pipeline_id: None,
        created_at: cause.now,
        queued_at: None,
        started_at: None,
        finished_at: None,
        scheduled_at: None,
        erased_at: None,
        erased_by: None,
        artifacts_expire_at: None,
        ..old.clone()
    };
    patch(&mut job, &attempt.change, cause.now);
    let id = jobs::insert(tx, &job)?;
    job.id = id;
    jobs::insert_needs(tx, id, &jobs::needs(tx, old.id)?)?;
    if let Some(text) = jobs::definition(tx, old.id)? {
        jobs::insert_definition(tx, id, &text, jobs::played_variables(tx, old.id)?.as_deref())?;
        if let Some(inputs) = jobs::played_inputs(tx, old.id)? {
            jobs::set_played_inputs(tx, id, &inputs)?;
        }
    }
    jobs::mark_replaced(tx, old.pipeline_id, &old.name, id)?;
    rings.job(&job);
    reached::moved(tx, rings, &job, cause.now)?;
    Ok(id)
}

fn follow(
    tx: &Tx<'_>,
    rings: &mut Rings,
    cause: Cause,
    pipeline: &Pipeline,
    effect: &Effect,
    follow_ups: &mut VecDeque<(PipelineId, Event)>,
) -> Result<()> {
    match effect {
        Effect::StartDownstream(job) => {
            work::enqueue(tx, &Work::StartDownstream { job_id: *job }, cause.now)?;
            rings.work();
        }
        Effect::CancelDownstream(bridge) => {
            if let Some(child) = pipelines::of_bridge(tx, *bridge)? {
                follow_ups.push_back((child.id, Event::CancelPipeline));
            }
        }
        Effect::RestartUpstream => {
            if let Some(bridge) = pipeline.source_job_id
                && let Some(job) = jobs::get(tx, bridge)?
            {
                follow_ups.push_back((job.pipeline_id, Event::DownstreamRestarted(bridge)));
            }
        }
        Effect::AcquireResource { key, .. } | Effect::ReleaseResource { key, .. } => {
            grant(tx, pipeline.project_id, key, follow_ups)?;
        }
    }
    Ok(())
}

/// Lets the next job of a resource group go, if nobody has the resource.
pub fn offer_resource(tx: &Tx<'_>, rings: &mut Rings, cause: Cause, project: ProjectId, key: &str) -> Result<()> {
    let mut follow_ups = VecDeque::new();
    grant(tx, project, key, &mut follow_ups)?;
    settle(tx, rings, cause, follow_ups)
}

fn grant(tx: &Tx<'_>, project: ProjectId, key: &str, follow_ups: &mut VecDeque<(PipelineId, Event)>) -> Result<()> {
    let group = queue::in_resource_group(tx, project, key)?;
    if group.iter().any(|(_, _, status)| resource_groups::holds(*status)) {
        return Ok(());
    }
    let known = store_groups::by_key(tx, project, key)?;
    let mode = known.and_then(|group| resource_groups::mode(&group.process_mode)).unwrap_or_default();
    let upcoming: Vec<Upcoming> = group
        .iter()
        .map(|(job, pipeline, status)| Upcoming { job: *job, pipeline: PipelineId(*pipeline), status: *status })
        .collect();
    if let Some(job) = resource::next(mode, &upcoming)
        && let Some(chosen) = upcoming.iter().find(|candidate| candidate.job == job)
    {
        follow_ups.push_back((chosen.pipeline, Event::ResourceGranted(job)));
    }
    Ok(())
}
