//! Artifacts a job needs from other pipelines: of another project's latest success, of a parent or
//! sibling pipeline (CI YAML contract §7, "needs").

use super::expand;
use crate::access::{Ability, ProjectRef, standing};
use crate::archives::access::check;
use crate::{Caller, Engine, Error, Result, UserCaller};
use pipewright_ci_config::JobPlan;
use pipewright_ci_config::plan::CrossNeed;
use pipewright_model::{Job, PipelineId, Status, User};
use pipewright_store::dependencies::{Dependency, by_names};
use pipewright_store::{Tx, artifacts, job_lists, pipelines};
use pipewright_wire::runner::Variable;
use std::sync::Arc;

/// Successful pipelines of the other project looked through for the job.
const LOOKED_THROUGH: i64 = 100;

impl Engine {
    /// What a job gets from other pipelines. [`Error::NotFound`] where something it needs is not there, or
    /// not for its user: the job must not start then.
    pub(super) async fn cross_dependencies(
        &self,
        job: &Job,
        plan: &JobPlan,
        variables: &[Variable],
        user: Option<&User>,
    ) -> Result<Vec<Dependency>> {
        let known = |name: &str| variables.iter().rev().find(|v| v.key == name).map(|v| v.value.clone());
        let expanded = |text: &str| expand::replace(text, known);
        let mut wanted = Vec::new();
        for need in &plan.cross_needs {
            wanted.push(match need {
                CrossNeed::Project { project, job, ref_name, artifacts: true } => CrossNeed::Project {
                    project: expanded(project),
                    job: expanded(job),
                    ref_name: expanded(ref_name),
                    artifacts: true,
                },
                CrossNeed::Pipeline { pipeline, job, artifacts: true } => {
                    CrossNeed::Pipeline { pipeline: expanded(pipeline), job: job.clone(), artifacts: true }
                }
                _ => continue,
            });
        }
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let user = user.cloned().ok_or_else(|| Error::missing("User"))?;
        let (caller, job) = (Caller::User(UserCaller { user: Arc::new(user), token: None }), job.clone());
        self.db
            .read(move |tx| wanted.iter().map(|need| find(tx, &caller, &job, need)).collect::<Result<Vec<_>>>())
            .await
    }
}

fn find(tx: &Tx<'_>, caller: &Caller, job: &Job, need: &CrossNeed) -> Result<Dependency> {
    match need {
        CrossNeed::Project { project, job, ref_name, .. } => of_project(tx, caller, project, job, ref_name),
        CrossNeed::Pipeline { pipeline, job: name, .. } => {
            let id = pipeline.trim().parse().map(PipelineId).map_err(|_| Error::missing("Pipeline"))?;
            of_family(tx, job, id, name)
        }
        CrossNeed::Mirror { .. } => Err(Error::missing("Pipeline")),
    }
}

fn of_project(tx: &Tx<'_>, caller: &Caller, path: &str, name: &str, ref_name: &str) -> Result<Dependency> {
    let standing = standing(tx, caller, &ProjectRef::Path(path.to_owned()))?;
    if !standing.can(Ability::ReadJobs) {
        return Err(Error::missing("Project"));
    }
    let pipelines = job_lists::successful(tx, standing.project.id, ref_name, LOOKED_THROUGH)?;
    let job = job_lists::successful_with_archive(tx, &pipelines, name)?.ok_or_else(|| Error::missing("Job"))?;
    let archive = artifacts::of_type(tx, job.id, "archive")?;
    check(&standing, archive.as_ref()).map_err(|_| Error::missing("Job"))?;
    let archive = archive.map(|archive| (archive.filename, archive.size));
    Ok(Dependency {
        job_id: job.id,
        name: job.name,
        status: job.status,
        erased: false,
        expires_at: job.artifacts_expire_at,
        archive,
    })
}

fn of_family(tx: &Tx<'_>, job: &Job, id: PipelineId, name: &str) -> Result<Dependency> {
    let own = pipelines::get(tx, job.pipeline_id)?;
    let other = pipelines::get(tx, id)?;
    let related = own.zip(other).is_some_and(|(own, other)| own.root_id == other.root_id);
    let found = if related { by_names(tx, id, &[name.to_owned()])?.pop() } else { None };
    found.filter(|found| found.status == Status::Success).ok_or_else(|| Error::missing("Job"))
}
