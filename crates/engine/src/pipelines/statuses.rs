//! Statuses of a commit: what its pipelines' jobs came to, and what systems outside report.
//!
//! A status from outside is a row among the jobs of the commit's newest pipeline, in a stage of its own
//! after all others; where there is no pipeline yet, one with the source `external` is made for it. It goes
//! through the status machine like every job, so it counts for its pipeline's status.

use super::process::{self, Cause};
use super::rings::Rings;
use crate::access::{self, Ability, ProjectRef};
use crate::{Caller, Engine, Error, Result};
use pipewright_git::{Repository, ZERO};
use pipewright_model::{
    Commit, Job, JobId, JobKind, Pipeline, PipelineId, Project, Scheduling, Source, Stage, StageId, Status, Timestamp,
    User, UserId, When,
};
use pipewright_pipeline::{Event, FailureReason};
use pipewright_store::external_statuses;
pub use pipewright_store::external_statuses::{Remarks, StatusFilter};
use pipewright_store::pipeline_lists::{self, PipelineFilter};
use pipewright_store::{Listed, Page, Tx, commits, jobs, pipelines, stages, users};
use std::sync::Arc;

/// The stage of all statuses from outside: after every stage a file can have.
const STAGE: &str = "external";
const STAGE_POSITION: i64 = 1_000_000;
/// Longest name, ref, description and address.
const LONGEST: usize = 255;

/// A status as it is shown.
#[derive(Clone, Debug)]
pub struct StatusView {
    /// The job, bridge or outside status.
    pub job: Job,
    /// The commit.
    pub sha: String,
    /// What was said of it.
    pub remarks: Remarks,
    /// Who started or reported it.
    pub author: Option<User>,
}

/// What somebody reports.
#[derive(Clone, Debug)]
pub struct Report {
    /// The commit: its id, or whatever names it.
    pub sha: String,
    /// One of pending, running, success, failed, canceled, skipped.
    pub state: Status,
    /// Branch or tag; that of the pipeline, or else a branch with the commit, where none is named.
    pub ref_name: Option<String>,
    /// What is reported on; the same name again goes on with the same status.
    pub name: String,
    /// Address and description.
    pub remarks: Remarks,
    /// Percentage.
    pub coverage: Option<f64>,
    /// The pipeline it belongs to, where the commit has several.
    pub pipeline_id: Option<PipelineId>,
}

impl Engine {
    /// Statuses of a commit, and the project; for those who may read its code.
    pub async fn commit_statuses(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        rev: &str,
        filter: StatusFilter,
        page: Page,
    ) -> Result<(Project, Listed<StatusView>)> {
        let (standing, repository) = self.readable(caller, project).await?;
        let sha = repository.resolve(rev).await?.ok_or_else(|| Error::missing("Commit"))?;
        let id = standing.project.id;
        let listed = self.db.read(move |tx| {
            let found = external_statuses::of_commit(tx, id, &sha, &filter, page)?;
            let items = found.items.into_iter().map(|(job, remarks)| view(tx, &sha, job, remarks));
            Ok::<_, Error>(Listed { items: items.collect::<Result<_>>()?, total: found.total })
        });
        Ok((standing.project, listed.await?))
    }

    /// Takes a report on a commit; for developers who may push to its ref.
    pub async fn report_status(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        report: Report,
    ) -> Result<(Project, StatusView)> {
        let user = Arc::clone(caller.require_user()?);
        let standing = self.find_project(caller, project, Ability::CreatePipeline).await?;
        check(&report)?;
        let repository = self.repository(&standing.project).await?;
        let sha = repository.resolve(&report.sha).await?.ok_or_else(|| Error::missing("Commit"))?;
        let commit = repository.commit(&sha).await?;
        let branch = repository.branches_with(&sha, 1).await?.into_iter().next();
        let tag = match &report.ref_name {
            Some(name) => is_tag(&repository, name).await?,
            None => false,
        };
        let (who, which, now) = (caller.clone(), project.clone(), self.clock.now());
        let written = self.db.write(move |tx| {
            // Asked again: between the question above and this a member may have left.
            let standing = access::standing(tx, &who, &which)?;
            standing.require(Ability::CreatePipeline)?;
            let taken =
                Taken { project: &standing.project, user: &user, commit: &commit, branch: branch.clone(), tag, now };
            let mut rings = Rings::default();
            let view = taken.write(tx, &mut rings, &report)?;
            Ok::<_, Error>((view, rings))
        });
        let (view, rings) = written.await?;
        rings.ring(&self.bells);
        Ok((standing.project, view))
    }
}

fn view(tx: &Tx<'_>, sha: &str, job: Job, remarks: Remarks) -> Result<StatusView> {
    let author = match job.user_id {
        Some(id) => users::by_id(tx, id)?,
        None => None,
    };
    Ok(StatusView { job, sha: sha.to_owned(), remarks, author })
}

/// Refuses texts that cannot be stored or shown.
fn check(report: &Report) -> Result<()> {
    let long = format!("is too long (maximum is {LONGEST} characters)");
    if report.name.chars().count() > LONGEST {
        return Err(Error::invalid("name", long));
    }
    if report.remarks.description.as_ref().is_some_and(|text| text.chars().count() > LONGEST) {
        return Err(Error::invalid("description", long));
    }
    if report.ref_name.as_ref().is_some_and(|name| name.chars().count() > LONGEST) {
        return Err(Error::invalid("ref", long));
    }
    let Some(address) = &report.remarks.target_url else { return Ok(()) };
    if address.chars().count() > LONGEST {
        return Err(Error::invalid("target_url", long));
    }
    let Some((scheme, rest)) = address.split_once("://") else {
        return Err(Error::invalid("target_url", "is blocked: Only allowed schemes are http, https"));
    };
    if !matches!(scheme, "http" | "https") {
        return Err(Error::invalid("target_url", "is blocked: Only allowed schemes are http, https"));
    }
    if rest.is_empty() || rest.starts_with('/') || address.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Error::invalid("target_url", "is blocked: URI is invalid"));
    }
    Ok(())
}

async fn is_tag(repository: &Repository, name: &str) -> Result<bool> {
    Ok(repository.branch(name).await?.is_none() && repository.tag(name).await?.is_some())
}

/// A report about to be written, with what was read for it.
struct Taken<'a> {
    project: &'a Project,
    user: &'a User,
    commit: &'a Commit,
    branch: Option<String>,
    tag: bool,
    now: Timestamp,
}

impl Taken<'_> {
    fn write(&self, tx: &Tx<'_>, rings: &mut Rings, report: &Report) -> Result<StatusView> {
        let found = self.newest_pipeline(tx, report)?;
        let name = report.ref_name.clone().or_else(|| Some(found.as_ref()?.ref_name.clone()));
        let name = name.or_else(|| self.branch.clone()).ok_or_else(|| Error::missing("References for commit"))?;
        if report.pipeline_id.is_some() && found.is_none() {
            return Err(Error::missing("Pipeline for pipeline_id, sha and ref"));
        }
        let pipeline = match found {
            Some(pipeline) => pipeline,
            None => self.make_pipeline(tx, rings, &name)?,
        };
        if !access::may_update_job_ref(tx, self.user, self.project, &pipeline.ref_name, pipeline.tag)? {
            return Err(Error::forbidden());
        }
        let known = external_statuses::unfinished(tx, pipeline.id, &report.name, self.user.id)?;
        let job = match known {
            Some(job) => job,
            None => self.make_status(tx, &pipeline, &report.name)?,
        };
        external_statuses::remark(tx, job.id, &report.remarks)?;
        if report.coverage.is_some() {
            jobs::set_coverage(tx, job.id, report.coverage)?;
        }
        let cause = Cause { now: self.now, actor: Some(self.user.id) };
        for event in events(&job, report.state)? {
            process::apply(tx, rings, cause, pipeline.id, &event)?;
        }
        let job = jobs::get(tx, job.id)?.ok_or_else(Error::record)?;
        let remarks = external_statuses::remarks(tx, job.id)?;
        view(tx, &self.commit.id, job, remarks)
    }

    fn newest_pipeline(&self, tx: &Tx<'_>, report: &Report) -> Result<Option<Pipeline>> {
        if let Some(id) = report.pipeline_id {
            let fits = |pipeline: &Pipeline| {
                pipeline.project_id == self.project.id
                    && pipeline.sha == self.commit.id
                    && report.ref_name.as_ref().is_none_or(|name| *name == pipeline.ref_name)
            };
            return Ok(pipelines::get(tx, id)?.filter(fits));
        }
        let filter = PipelineFilter {
            sha: Some(self.commit.id.clone()),
            ref_name: report.ref_name.clone(),
            ..PipelineFilter::default()
        };
        Ok(pipeline_lists::list(tx, self.project.id, &filter, Page::first(1))?.items.pop())
    }

    fn make_pipeline(&self, tx: &Tx<'_>, rings: &mut Rings, name: &str) -> Result<Pipeline> {
        let mut pipeline = Pipeline {
            id: PipelineId(0),
            iid: pipelines::take_iid(tx, self.project.id)?,
            project_id: self.project.id,
            ref_name: name.to_owned(),
            tag: self.tag,
            sha: self.commit.id.clone(),
            before_sha: ZERO.to_owned(),
            status: Status::Created,
            source: Source::External,
            user_id: Some(self.user.id),
            protected: access::is_protected(tx, self.project.id, name, self.tag)?,
            name: None,
            yaml_errors: None,
            failure_reason: None,
            cancel_on_job_failure: false,
            on_new_commit: "none".to_owned(),
            source_job_id: None,
            root_id: PipelineId(0),
            created_at: self.now,
            updated_at: self.now,
            started_at: None,
            finished_at: None,
        };
        pipeline.id = pipelines::insert(tx, &pipeline)?;
        pipeline.root_id = pipeline.id;
        commits::insert(tx, self.project.id, self.commit)?;
        rings.pipeline(pipeline.id);
        Ok(pipeline)
    }

    /// A new row, which replaces what ended under the same name.
    fn make_status(&self, tx: &Tx<'_>, pipeline: &Pipeline, name: &str) -> Result<Job> {
        let stage_id = stage(tx, pipeline.id)?;
        let mut job = row(pipeline, stage_id, name, self.user.id, self.now);
        job.id = jobs::insert(tx, &job)?;
        jobs::mark_replaced(tx, pipeline.id, name, job.id)?;
        Ok(job)
    }
}

fn stage(tx: &Tx<'_>, pipeline: PipelineId) -> Result<StageId> {
    let there = stages::of_pipeline(tx, pipeline)?.into_iter().find(|stage| stage.position == STAGE_POSITION);
    if let Some(stage) = there {
        return Ok(stage.id);
    }
    let stage = Stage {
        id: StageId(0),
        pipeline_id: pipeline,
        name: STAGE.to_owned(),
        position: STAGE_POSITION,
        status: Status::Created,
    };
    Ok(stages::insert(tx, &stage)?)
}

fn row(pipeline: &Pipeline, stage_id: StageId, name: &str, user: UserId, now: Timestamp) -> Job {
    Job {
        id: JobId(0),
        kind: JobKind::Status,
        pipeline_id: pipeline.id,
        project_id: pipeline.project_id,
        stage_id,
        stage: STAGE.to_owned(),
        stage_position: STAGE_POSITION,
        name: name.to_owned(),
        status: Status::Created,
        ref_name: pipeline.ref_name.clone(),
        tag: pipeline.tag,
        protected: pipeline.protected,
        allow_failure: false,
        when: When::OnSuccess,
        scheduling: Scheduling::Stage,
        retried: false,
        interruptible: false,
        enqueue_immediately: false,
        user_id: Some(user),
        tags: Vec::new(),
        timeout: 0,
        environment: None,
        resource_group: None,
        start_in: None,
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

/// What a reported state does to a status, in order; or GitLab's own refusal.
fn events(job: &Job, state: Status) -> Result<Vec<Event>> {
    let (id, from) = (job.id, job.status);
    let waits = from == Status::Created;
    let cannot = |event: &str| {
        Err(Error::BadRequest(format!(
            "Cannot transition status via :{event} from :{from} (Reason(s): Status cannot transition via \"{event}\")",
            from = from.as_str()
        )))
    };
    Ok(match state {
        Status::Pending if waits => vec![Event::Enqueue(id)],
        Status::Pending => return cannot("enqueue"),
        Status::Running if waits => vec![Event::Enqueue(id), Event::Run(id)],
        Status::Running if from == Status::Pending => vec![Event::Run(id)],
        Status::Running => return cannot("run"),
        Status::Success => vec![Event::Success(id)],
        Status::Canceled => vec![Event::Cancel { job: id, force: false }],
        Status::Skipped if waits || from == Status::Pending => vec![Event::Skip(id)],
        Status::Skipped => return cannot("skip"),
        _ => vec![Event::Drop { job: id, reason: FailureReason::ApiFailure, exit_code: None }],
    })
}
