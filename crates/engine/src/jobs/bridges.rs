//! Bridges: a job that starts another pipeline (CI YAML contract §7, "trigger").

use super::expand;
use super::finish::End;
use super::mirrors::mirrored;
use super::play::may_give_variables;
use super::predefined::{self, Surroundings};
use super::variables::{GivenVariable, configured, open_given};
use crate::access::{Ability, ProjectRef, Standing, may_push, standing};
use crate::archives::{directory, entry, source::Stored};
use crate::environments::Environment;
use crate::pipelines::create::{Downstream, NewPipeline};
use crate::pipelines::process;
use crate::projects::variables::for_job;
use crate::work::Taken;
use crate::{Caller, Engine, Error, Result, UserCaller};
use futures::StreamExt;
use pipewright_ci_config::plan::{Forward, TriggerInclude, TriggerTarget};
use pipewright_ci_config::{IncludeLocation, JobPlan};
use pipewright_git::ZERO;
use pipewright_model::{Job, JobId, Pipeline, Project, Source, Status, Variable};
use pipewright_pipeline::FailureReason;
use pipewright_store::pipeline_variables::SealedVariable;
use pipewright_store::{
    Tx, artifacts, commits, dependencies, environments, jobs, namespaces, pipeline_variables, pipelines, projects,
    users,
};
use pipewright_wire::runner::Variable as Wire;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Child pipelines nest this deep at most.
const DEEPEST: i64 = 2;
/// Largest file of an artifact that is taken as a pipeline's, bytes.
const LARGEST: u64 = 5 << 20;

/// What is read of a bridge.
pub(super) struct Bridge {
    pub(super) job: Job,
    plan: JobPlan,
    pipeline: Pipeline,
    depth: i64,
    pub(super) around: Surroundings,
    environment: Option<Environment>,
    people: Vec<Variable>,
    given: Vec<SealedVariable>,
}

/// Why a bridge starts nothing.
enum Stop {
    /// It fails for this reason.
    Fail(FailureReason),
    /// Ours.
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Engine {
    /// Starts what a bridge is for. A bridge that has moved on meanwhile starts nothing.
    pub async fn start_downstream(&self, id: JobId, taken: &Taken) -> Result<()> {
        let (url, secrets) = (self.external_url.clone(), self.secrets.clone());
        let read = self.db.read(move |tx| read(tx, &secrets, id, &url)).await?;
        let ready =
            read.filter(|bridge| bridge.job.status == Status::Pending && bridge.job.downstream_pipeline_id.is_none());
        let Some(bridge) = ready else { return self.drop_work(taken).await };
        if mirrored(&bridge.plan).is_some() {
            return self.mirror_pipeline(id, taken).await;
        }
        let new = match self.downstream(&bridge).await {
            Ok(new) => new,
            Err(Stop::Fail(reason)) => {
                self.end_job(&bridge.job, End::because(reason)).await?;
                return self.drop_work(taken).await;
            }
            Err(Stop::Error(error)) => return Err(error),
        };
        match self.create_pipeline(new, Some(taken)).await {
            Err(Error::BadRequest(_) | Error::NotFound(_) | Error::Moved(_)) => {
                let failed = End::because(FailureReason::DownstreamPipelineCreationFailed);
                self.end_job(&bridge.job, failed).await?;
                self.drop_work(taken).await
            }
            other => other.map(|_| ()),
        }
    }

    async fn downstream(&self, bridge: &Bridge) -> Result<NewPipeline, Stop> {
        let trigger = bridge.plan.trigger.as_ref().ok_or(Stop::Fail(FailureReason::InvalidBridgeTrigger))?;
        let (variables, all) = self.variables(bridge, trigger.forward)?;
        let user_id = bridge.job.user_id.ok_or(Stop::Fail(FailureReason::InsufficientBridgePermissions))?;
        let (pipeline, job) = (&bridge.pipeline, bridge.job.id);
        match &trigger.target {
            TriggerTarget::Child(includes) => {
                if bridge.depth >= DEEPEST {
                    return Err(Stop::Fail(FailureReason::ReachedMaxDescendantPipelinesDepth));
                }
                let artifacts = self.included_artifacts(bridge, includes).await?;
                let text = child_text(includes, &all);
                let root = Some(pipeline.root_id);
                Ok(NewPipeline {
                    project_id: pipeline.project_id,
                    ref_name: pipeline.ref_name.clone(),
                    tag: pipeline.tag,
                    sha: pipeline.sha.clone(),
                    before_sha: pipeline.before_sha.clone(),
                    source: Source::ParentPipeline,
                    user_id,
                    variables,
                    inputs: BTreeMap::new(),
                    skip: false,
                    downstream: Some(Downstream { bridge: job, root, text: Some(text), artifacts }),
                })
            }
            TriggerTarget::Project { path, branch } => {
                let path = expanded(path, &all);
                let branch = branch.as_ref().map(|branch| expanded(branch, &all));
                let (project, name, sha) = self.target(bridge, &path, branch, !variables.is_empty()).await?;
                let downstream = Downstream { bridge: job, root: None, text: None, artifacts: HashMap::new() };
                Ok(NewPipeline {
                    project_id: project.id,
                    ref_name: name,
                    tag: false,
                    sha,
                    before_sha: ZERO.to_owned(),
                    source: Source::Pipeline,
                    user_id,
                    variables,
                    inputs: trigger.inputs.clone(),
                    skip: false,
                    downstream: Some(downstream),
                })
            }
        }
    }

    /// The variables handed on, and all the bridge knows.
    fn variables(&self, bridge: &Bridge, forward: Forward) -> Result<(Vec<GivenVariable>, Vec<Wire>)> {
        let given = open_given(&self.secrets, &bridge.given)?;
        let mut all = predefined::of_job(&bridge.job, &bridge.plan, bridge.environment.as_ref());
        all.push(predefined::public("CI_PIPELINE_ID", bridge.pipeline.id.to_string()));
        all.extend(predefined::of_project(&bridge.around));
        all.extend(predefined::of_pipeline(&bridge.around));
        let own = |variable: &pipewright_ci_config::plan::Variable| Wire {
            key: variable.key.clone(),
            value: variable.value.clone(),
            public: true,
            raw: variable.raw,
            ..Wire::default()
        };
        let first = all.len();
        all.extend(bridge.plan.variables.iter().map(own));
        all.extend(predefined::of_user(bridge.around.user.as_ref()));
        all.extend(bridge.people.iter().map(configured));
        all.extend(given.iter().map(GivenVariable::wire));
        all.extend(predefined::of_environment(&bridge.plan, bridge.environment.as_ref()));
        expand::all(&mut all);
        let mut handed = Vec::new();
        if forward.yaml_variables {
            // The file's own values: a project's variable of the same name is not for others to see.
            for (variable, known) in bridge.plan.variables.iter().zip(&all[first..]) {
                let value = known.value.clone();
                handed.push(GivenVariable { raw: variable.raw, ..GivenVariable::new(variable.key.clone(), value) });
            }
        }
        if forward.pipeline_variables {
            handed.extend(given);
        }
        Ok((handed, all))
    }

    /// The project a bridge mirrors, variables put in.
    pub(super) fn mirrored_path(&self, bridge: &Bridge) -> Result<String> {
        let (_, all) = self.variables(bridge, Forward::default())?;
        Ok(expanded(mirrored(&bridge.plan).unwrap_or_default(), &all))
    }

    /// The other project, the branch and its commit: for somebody who might start that pipeline by hand, and
    /// give it variables where the bridge does.
    async fn target(
        &self,
        bridge: &Bridge,
        path: &str,
        branch: Option<String>,
        gives_variables: bool,
    ) -> Result<(Project, String, String), Stop> {
        let user = bridge.around.user.clone().ok_or(Stop::Fail(FailureReason::InsufficientBridgePermissions))?;
        let who = user.clone();
        let caller = Caller::User(UserCaller { user: Arc::new(user), token: None });
        let wanted = ProjectRef::Path(path.to_owned());
        let found = self.db.read(move |tx| Ok::<_, Error>(standing(tx, &caller, &wanted).ok())).await?;
        let found: Standing = found.ok_or(Stop::Fail(FailureReason::DownstreamBridgeProjectNotFound))?;
        if found.project.id == bridge.pipeline.project_id {
            return Err(Stop::Fail(FailureReason::InvalidBridgeTrigger));
        }
        if !found.can(Ability::CreatePipeline) || (gives_variables && !may_give_variables(&found)) {
            return Err(Stop::Fail(FailureReason::InsufficientBridgePermissions));
        }
        let failed = || Stop::Fail(FailureReason::DownstreamPipelineCreationFailed);
        let name = branch.or_else(|| found.project.default_branch.clone()).ok_or_else(failed)?;
        let (role, id, pushed) = (found.role, found.project.id, name.clone());
        if !self.db.read(move |tx| may_push(tx, &who, role, id, &pushed, false)).await? {
            return Err(Stop::Fail(FailureReason::InsufficientBridgePermissions));
        }
        let repository = self.repository(&found.project).await?;
        let sha = repository.branch(&name).await.map_err(|_| failed())?.ok_or_else(failed)?;
        Ok((found.project, name, sha))
    }

    /// The files a child is made of that earlier jobs left in their archives.
    async fn included_artifacts(
        &self,
        bridge: &Bridge,
        includes: &[TriggerInclude],
    ) -> Result<HashMap<(String, String), String>, Stop> {
        let mut files = HashMap::new();
        for include in includes {
            if let IncludeLocation::Artifact { job, path } = &include.location
                && let Some(text) = self.artifact_text(bridge, job, path).await?
            {
                files.insert((job.clone(), path.clone()), text);
            }
        }
        Ok(files)
    }

    async fn artifact_text(&self, bridge: &Bridge, job: &str, path: &str) -> Result<Option<String>> {
        let (pipeline, names) = (bridge.pipeline.id, vec![job.to_owned()]);
        let archive = self
            .db
            .read(move |tx| match dependencies::by_names(tx, pipeline, &names)?.pop() {
                Some(found) => artifacts::of_type(tx, found.job_id, "archive"),
                None => Ok(None),
            })
            .await
            .map_err(Error::from)?;
        let Some(archive) = archive else { return Ok(None) };
        let (stored, size) = (Stored { blobs: &self.blobs, key: &archive.blob_key }, archive.size as u64);
        let entries = directory::read(&stored, size).await?.unwrap_or_default();
        let Some(entry) = entries.iter().find(|entry| entry.name == path && entry.size <= LARGEST) else {
            return Ok(None);
        };
        let Some(mut stream) = entry::read(&stored, size, entry).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece?);
        }
        Ok(String::from_utf8(bytes).ok())
    }
}

/// Reads a bridge; `None` if it is gone.
pub(super) fn read(tx: &Tx<'_>, secrets: &crate::secrets::Secrets, id: JobId, url: &str) -> Result<Option<Bridge>> {
    let Some(job) = jobs::get(tx, id)? else { return Ok(None) };
    let (Some(plan), Some(pipeline)) = (process::definition(tx, id)?, pipelines::get(tx, job.pipeline_id)?) else {
        return Ok(None);
    };
    let Some(project) = projects::by_id(tx, job.project_id)? else { return Ok(None) };
    let user = match job.user_id {
        Some(user) => users::by_id(tx, user)?,
        None => None,
    };
    let people = for_job(tx, secrets, &project, job.protected, job.environment.as_deref())?;
    let around = Surroundings {
        external_url: url.to_owned(),
        chain: namespaces::chain(tx, project.namespace_id)?,
        commit: commits::by_sha(tx, project.id, &pipeline.sha)?,
        pipeline: pipeline.clone(),
        project,
        user,
    };
    let environment = match &job.environment {
        Some(name) => environments::by_name(tx, job.project_id, name)?,
        None => None,
    };
    let depth = pipelines::depth(tx, pipeline.id)?;
    let given = pipeline_variables::of_pipeline(tx, pipeline.id)?;
    Ok(Some(Bridge { job, plan, pipeline, depth, around, environment, people, given }))
}

fn expanded(text: &str, variables: &[Wire]) -> String {
    expand::replace(text, |name| {
        variables.iter().rev().find(|known| known.key == name).map(|known| known.value.clone())
    })
}

/// A file that does nothing but include what the bridge names. JSON is YAML.
fn child_text(includes: &[TriggerInclude], variables: &[Wire]) -> String {
    let entry = |include: &TriggerInclude| {
        let mut entry = match &include.location {
            IncludeLocation::Local { path, .. } => json!({ "local": expanded(path, variables) }),
            IncludeLocation::Project { project, ref_name, path } => {
                let mut entry = json!({ "project": expanded(project, variables), "file": expanded(path, variables) });
                if let Some(name) = ref_name {
                    entry["ref"] = json!(expanded(name, variables));
                }
                entry
            }
            IncludeLocation::Remote { url, integrity } => {
                let mut entry = json!({ "remote": expanded(url, variables) });
                if let Some(integrity) = integrity {
                    entry["integrity"] = json!(integrity);
                }
                entry
            }
            IncludeLocation::Template { name } => json!({ "template": name }),
            IncludeLocation::Component { reference } => json!({ "component": expanded(reference, variables) }),
            IncludeLocation::Artifact { job, path } => json!({ "artifact": path, "job": job }),
        };
        if !include.inputs.is_empty() {
            entry["inputs"] = json!(include.inputs);
        }
        entry
    };
    json!({ "include": includes.iter().map(entry).collect::<Vec<_>>() }).to_string()
}
