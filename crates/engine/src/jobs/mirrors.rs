//! Bridges that start nothing and show where another project's newest pipeline stands
//! (`needs: {pipeline: …}`, CI YAML contract §7). That pipeline knows nothing of them, so they look at it
//! every few seconds until it has ended.

use super::bridges;
use super::finish::{self, End};
use crate::access::{Ability, ProjectRef, standing};
use crate::pipelines::process::{self, Cause};
use crate::pipelines::rings::Rings;
use crate::work::{self, Taken, Work};
use crate::{Caller, Engine, Error, Result, UserCaller};
use pipewright_ci_config::JobPlan;
use pipewright_ci_config::plan::CrossNeed;
use pipewright_model::{Job, JobId, Pipeline, User};
use pipewright_pipeline::{Event, FailureReason};
use pipewright_store::pipeline_lists::{self, PipelineFilter};
use pipewright_store::{Page, Tx, jobs, pipelines};
use std::sync::Arc;

/// Seconds between two looks at the other pipeline.
const PAUSE: i64 = 2;

/// The project a bridge mirrors, as its file has it.
pub(crate) fn mirrored(plan: &JobPlan) -> Option<&str> {
    plan.cross_needs.iter().find_map(|need| match need {
        CrossNeed::Mirror { project } => Some(project.as_str()),
        _ => None,
    })
}

impl Engine {
    /// Takes over the other pipeline's status; looks again later unless the bridge has ended with it.
    pub async fn mirror_pipeline(&self, id: JobId, taken: &Taken) -> Result<()> {
        let (url, secrets) = (self.external_url.clone(), self.secrets.clone());
        let read = self.db.read(move |tx| bridges::read(tx, &secrets, id, &url)).await?;
        let Some(bridge) = read.filter(|bridge| !bridge.job.status.is_complete()) else {
            return self.drop_work(taken).await;
        };
        let path = self.mirrored_path(&bridge)?;
        let (taken, user) = (taken.clone(), bridge.around.user.clone());
        let cause = Cause { now: self.clock.now(), actor: None };
        let rings = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                work::done(tx, &taken)?;
                let job = jobs::get(tx, id)?.filter(|job| !job.status.is_complete());
                if let Some(job) = job {
                    follow(tx, &mut rings, cause, &job, user.as_ref(), &path)?;
                }
                Ok::<_, Error>(rings)
            })
            .await?;
        rings.ring(&self.bells);
        Ok(())
    }
}

/// One look.
fn follow(tx: &Tx<'_>, rings: &mut Rings, cause: Cause, job: &Job, user: Option<&User>, path: &str) -> Result<()> {
    let upstream = match upstream(tx, job, user, path)? {
        Ok(upstream) => upstream,
        Err(reason) => {
            finish::end(tx, rings, cause, job, End::because(reason), None)?;
            return Ok(());
        }
    };
    if let Some(pipeline) = upstream {
        if job.downstream_pipeline_id != Some(pipeline.id) {
            jobs::set_downstream(tx, job.id, pipeline.id)?;
        }
        let event = Event::Downstream { bridge: job.id, status: pipeline.status };
        process::apply(tx, rings, cause, job.pipeline_id, &event)?;
    }
    if jobs::get(tx, job.id)?.is_some_and(|job| !job.status.is_complete()) {
        let later = cause.now.plus_seconds(PAUSE);
        work::enqueue(tx, &Work::MirrorPipeline { job_id: job.id }, later)?;
    }
    Ok(())
}

/// The pipeline that is shown: the newest one of the other project's default branch at the first look.
/// `None` while there is none.
fn upstream(
    tx: &Tx<'_>,
    job: &Job,
    user: Option<&User>,
    path: &str,
) -> Result<Result<Option<Pipeline>, FailureReason>> {
    let caller = user.map(|user| Caller::User(UserCaller { user: Arc::new(user.clone()), token: None }));
    let seen = caller.and_then(|caller| standing(tx, &caller, &ProjectRef::Path(path.to_owned())).ok());
    let Some(seen) = seen else { return Ok(Err(FailureReason::UpstreamBridgeProjectNotFound)) };
    if !seen.can(Ability::ReadPipelines) {
        return Ok(Err(FailureReason::InsufficientUpstreamPermissions));
    }
    if let Some(id) = job.downstream_pipeline_id {
        return Ok(Ok(pipelines::get(tx, id)?));
    }
    let filter = PipelineFilter { ref_name: seen.project.default_branch.clone(), ..PipelineFilter::default() };
    Ok(Ok(pipeline_lists::list(tx, seen.project.id, &filter, Page::first(1))?.items.into_iter().next()))
}
