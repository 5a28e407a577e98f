//! Jobs and bridges (Jobs API contract §9.1, §9.2).

use super::{commit, pipeline, runner, user};
use pipewright_engine::reading::JobPage;
use pipewright_model::{Artifact, Job, JobKind, PipelineId, RunnerId, RunnerManagerId, Status, UserId};
use pipewright_wire::jobs::{ArtifactsFile, Bridge, Job as Shape, JobArtifact, JobCommon, JobProject};
use pipewright_wire::repeated::Repeated;
use pipewright_wire::{pipelines::PipelineBasic, repository::Commit, runners, users::User};
use std::collections::HashMap;

/// What the jobs of a page show, shaped once for all of them.
pub(crate) struct Shown<'a> {
    page: &'a JobPage,
    base: &'a str,
    users: HashMap<UserId, Repeated<User>>,
    commits: HashMap<&'a str, Repeated<Commit>>,
    pipelines: HashMap<PipelineId, Repeated<PipelineBasic>>,
    runners: HashMap<RunnerId, Repeated<runners::Runner>>,
    managers: HashMap<RunnerManagerId, Repeated<runners::RunnerManager>>,
    /// In the answers of erase and keep.
    pub(crate) with_download_url: bool,
}

impl<'a> Shown<'a> {
    /// Shapes what is shared; `base` is the server's address.
    pub(crate) fn new(page: &'a JobPage, base: &'a str) -> Self {
        let path = page.project.full_path.as_str();
        let address = |id| if id == page.project.id { Some(path) } else { elsewhere(page, id) };
        let maker = |id: Option<UserId>| page.users.get(&id?).map(|maker| user::basic(maker, base));
        let runner_name = |id: RunnerId| page.managers.values().find(|manager| manager.runner_id == id)?.name.clone();
        let once = page.jobs.len() == 1;
        Self {
            users: page.users.iter().map(|(id, found)| (*id, Repeated::new(user::full(found, base), once))).collect(),
            commits: page
                .commits
                .iter()
                .map(|(id, found)| (id.as_str(), Repeated::new(commit::commit(found, base, path), once)))
                .collect(),
            pipelines: page
                .pipelines
                .iter()
                .filter_map(|(id, p)| {
                    Some((*id, Repeated::new(pipeline::basic(p, base, address(p.project_id)?), once)))
                })
                .collect(),
            runners: page
                .runners
                .iter()
                .map(|(id, found)| {
                    let made_by = maker(found.created_by).and_then(|maker| serde_json::to_value(maker).ok());
                    let busy = page.busy.0.contains(id);
                    (*id, Repeated::new(runner::runner(found, runner_name(*id), made_by, busy, page.now), once))
                })
                .collect(),
            managers: page
                .managers
                .iter()
                .map(|(id, found)| {
                    (*id, Repeated::new(runner::manager(found, page.busy.1.contains(id), page.now), once))
                })
                .collect(),
            page,
            base,
            with_download_url: false,
        }
    }

    /// A job without its files and its runner.
    pub(crate) fn common(&self, job: &'a Job) -> Option<JobCommon<'_>> {
        let pipeline = self.pipelines.get(&job.pipeline_id)?;
        let failure =
            (job.status == Status::Failed).then(|| job.failure_reason.as_deref().unwrap_or("unknown_failure"));
        Some(JobCommon {
            id: job.id.0,
            status: job.status.as_str(),
            stage: &job.stage,
            name: &job.name,
            ref_name: &job.ref_name,
            tag: job.tag,
            coverage: job.coverage,
            allow_failure: job.allow_failure,
            created_at: job.created_at.to_string(),
            started_at: job.started_at.map(|at| at.to_string()),
            finished_at: job.finished_at.map(|at| at.to_string()),
            erased_at: job.erased_at.map(|at| at.to_string()),
            duration: job.duration(self.page.now),
            queued_duration: job.queued_duration(self.page.now),
            user: job.user_id.and_then(|id| self.users.get(&id)),
            commit: self.commits.get(pipeline.sha.as_str()),
            pipeline,
            failure_reason: failure,
            web_url: format!("{}/{}/-/jobs/{}", self.base, self.page.project.full_path, job.id),
            project: JobProject { ci_job_token_scope_enabled: self.page.project.settings.ci_job_token_scope_enabled },
            source: &pipeline.source,
            archived: self.page.archived.contains(&job.id),
        })
    }

    /// A job, or a bridge in a job's shape. `None` only if its pipeline vanished.
    pub(crate) fn job(&self, job: &'a Job) -> Option<Shape<'_>> {
        let files: &[Artifact] = self.page.artifacts.get(&job.id).map(Vec::as_slice).unwrap_or_default();
        let unexpired = |file: &&Artifact| file.expires_at.is_none_or(|end| end > self.page.now);
        let archive = files.iter().find(|file| file.file_type == "archive").filter(unexpired);
        let machine = job.runner_manager_id.and_then(|id| self.managers.get(&id));
        Some(Shape {
            common: self.common(job)?,
            artifacts_file: archive.map(|file| ArtifactsFile { filename: &file.filename, size: file.size }),
            artifacts: files.iter().map(entry).collect(),
            runner: job.runner_id.and_then(|id| self.runners.get(&id)),
            runner_manager: (job.kind == JobKind::Build).then_some(machine),
            artifacts_expire_at: job.artifacts_expire_at.map(|at| at.to_string()),
            tag_list: &job.tags,
            download_url: self.with_download_url.then_some(None),
        })
    }

    /// A bridge.
    pub(crate) fn bridge(&self, job: &'a Job) -> Option<Bridge<'_>> {
        let downstream = job.downstream_pipeline_id.and_then(|id| self.pipelines.get(&id));
        Some(Bridge { common: self.common(job)?, downstream_pipeline: downstream })
    }

    /// All of the page as jobs.
    pub(crate) fn jobs(&self) -> Vec<Shape<'_>> {
        self.page.jobs.iter().filter_map(|job| self.job(job)).collect()
    }

    /// All of the page as bridges.
    pub(crate) fn bridges(&self) -> Vec<Bridge<'_>> {
        self.page.jobs.iter().filter_map(|job| self.bridge(job)).collect()
    }
}

fn elsewhere(page: &JobPage, id: pipewright_model::ProjectId) -> Option<&str> {
    page.elsewhere.get(&id).map(|project| project.full_path.as_str())
}

fn entry(file: &Artifact) -> JobArtifact<'_> {
    JobArtifact {
        file_type: &file.file_type,
        size: file.size,
        filename: &file.filename,
        file_format: file.file_format.as_str(),
    }
}
