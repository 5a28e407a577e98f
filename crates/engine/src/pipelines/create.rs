//! A pipeline is made: facts from git, the file compiled, everything saved in one transaction; then its
//! ref is set for runners and its first jobs start (design §5).

use super::process::{self, Cause};
use super::rings::Rings;
use super::{cache_keys, facts, integrations, plan};
use crate::access::is_protected;
use crate::includes::{About, Sources};
use crate::jobs::finish::{self, End};
use crate::jobs::predefined::Surroundings;
use crate::jobs::variables::{GivenVariable, check_given, seal_given};
use crate::projects::variables::for_job;
use crate::work::{self, Taken, Work};
use crate::{Engine, Error, Result};
use pipewright_ci_config::{Diagnostics, Plan, SourceFile, compile};
use pipewright_git::{Error as GitError, Repository, ZERO};
use pipewright_model::{
    Commit, JobId, Pipeline, PipelineId, Project, ProjectId, Source, Status, Timestamp, UserId, Variable,
};
use pipewright_pipeline::{Event, FailureReason, auto_cancel};
use pipewright_store::{Tx, commits, jobs, namespaces, pipeline_variables, pipelines, projects, users};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What a pipeline is to be made from.
#[derive(Clone, Debug)]
pub struct NewPipeline {
    /// In which project.
    pub project_id: ProjectId,
    /// Branch or tag, its own name.
    pub ref_name: String,
    /// The ref is a tag.
    pub tag: bool,
    /// The commit, its full id.
    pub sha: String,
    /// What a push moved the ref from; 40 zeros where that means nothing.
    pub before_sha: String,
    /// What starts it.
    pub source: Source,
    /// Who starts it.
    pub user_id: UserId,
    /// Variables given with it.
    pub variables: Vec<GivenVariable>,
    /// Values of the file's `spec:inputs`; texts become what the file declares.
    pub inputs: BTreeMap<String, Value>,
    /// It is to be skipped whatever the commit says (`git push -o ci.skip`).
    pub skip: bool,
    /// The bridge that starts it, and the file it starts from.
    pub downstream: Option<Downstream>,
}

/// How a bridge starts a pipeline.
#[derive(Clone, Debug)]
pub struct Downstream {
    /// The bridge.
    pub bridge: JobId,
    /// The root of the tree it belongs to; `None` makes it a root of its own.
    pub root: Option<PipelineId>,
    /// The text to compile instead of the project's file; `None` for the project's file.
    pub text: Option<String>,
    /// Files of artifacts the text includes.
    pub artifacts: HashMap<(String, String), String>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Created {
    /// A row; one that could not be compiled has status `failed`, one that is skipped `skipped`.
    Pipeline(Box<Pipeline>),
    /// Nothing: the sentence says why.
    Nothing(String),
}

/// What was read before anything is decided.
struct Read {
    project: Project,
    around: Surroundings,
    people: Vec<Variable>,
}

/// What the file came to.
enum Outcome {
    Run(Box<Plan>),
    Skipped,
    Wrong(Vec<String>),
    Nothing(String),
}

impl Engine {
    /// Makes a pipeline. `taken` is the work it deals with, which is done in the same transaction.
    pub async fn create_pipeline(&self, new: NewPipeline, taken: Option<&Taken>) -> Result<Created> {
        check_given(&new.variables)?;
        facts::check_inputs(&new.inputs)?;
        let now = self.clock.now();
        let read = self.read_facts(&new, now).await?;
        let repository = self.repository(&read.project).await?;
        let commit = repository.commit(&new.sha).await?;
        let read = Read { around: Surroundings { commit: Some(commit.clone()), ..read.around }, ..read };
        let outcome = if new.skip || (skips(&commit.message) && new.source == Source::Push) {
            Outcome::Skipped
        } else {
            self.compile(&new, &read, repository.clone()).await?
        };
        let save = Save {
            pipeline: read.around.pipeline,
            project: read.project,
            commit,
            given: seal_given(&self.secrets, &new.variables),
            new,
            taken: taken.cloned(),
            now,
        };
        let (created, start) = self.save(save, outcome).await?;
        match (created, start) {
            (Created::Pipeline(pipeline), Some(start)) => {
                let started = self.start_pipeline(&pipeline, &repository, Start::Own(start)).await?;
                Ok(Created::Pipeline(Box::new(started)))
            }
            (created, _) => Ok(created),
        }
    }

    async fn read_facts(&self, new: &NewPipeline, now: Timestamp) -> Result<Read> {
        let (new, url, secrets) = (new.clone(), self.external_url.clone(), self.secrets.clone());
        self.db
            .read(move |tx| {
                let project = projects::by_id(tx, new.project_id)?.ok_or_else(|| Error::missing("Project"))?;
                let protected = is_protected(tx, project.id, &new.ref_name, new.tag)?;
                let user = users::by_id(tx, new.user_id)?.ok_or_else(|| Error::missing("User"))?;
                let around = Surroundings {
                    external_url: url.clone(),
                    chain: namespaces::chain(tx, project.namespace_id)?,
                    project: project.clone(),
                    pipeline: draft(&new, protected, now),
                    commit: None,
                    user: Some(user),
                };
                let people = for_job(tx, &secrets, &project, protected, None)?;
                Ok::<_, Error>(Read { project, around, people })
            })
            .await
    }

    async fn compile(&self, new: &NewPipeline, read: &Read, repository: Repository) -> Result<Outcome> {
        let path = read.project.ci_config_path().to_owned();
        let limits = self.settings().await?.limits.clone();
        let downstream = new.downstream.as_ref();
        let text = match downstream.and_then(|downstream| downstream.text.clone()) {
            Some(text) => text,
            None => match repository.blob(&new.sha, &path, limits.config_bytes).await {
                Ok(blob) => match String::from_utf8(blob.bytes.to_vec()) {
                    Ok(text) => text,
                    Err(_) => return Ok(Outcome::Wrong(vec![format!("The file {path} is not valid UTF-8")])),
                },
                Err(GitError::NotFound { .. } | GitError::BadName { .. }) => {
                    return Ok(Outcome::Nothing("Missing CI config file".to_owned()));
                }
                Err(error @ GitError::TooLarge { .. }) => return Ok(Outcome::Wrong(vec![error.to_string()])),
                Err(error) => return Err(error.into()),
            },
        };
        let ranged = new.source == Source::Push && new.before_sha != ZERO && !new.tag;
        let about = About {
            project: read.project.clone(),
            repository: repository.clone(),
            sha: Some(new.sha.clone()),
            before: ranged.then(|| new.before_sha.clone()),
            user: read.around.user.clone().map(Arc::new),
            artifacts: downstream.map(|downstream| downstream.artifacts.clone()).unwrap_or_default(),
        };
        let limit = limits.pipeline_jobs;
        let files = Sources::new(self.clone(), about, limits);
        let mut facts = facts::of(&read.around, &read.people, &new.variables);
        let given = new.inputs.clone();
        let compiled = tokio::task::spawn_blocking(move || {
            let source = SourceFile::root(path, text);
            facts.inputs = facts::inputs(&source, &facts, &files, given);
            compile(&source, &facts, &files)
        });
        let compiled = compiled.await.map_err(|error| Error::Internal(format!("the compiler stopped: {error}")))?;
        let mut outcome = judge(compiled, limit);
        if let Outcome::Run(plan) = &mut outcome {
            cache_keys::resolve(plan, &repository, &new.sha).await?;
        }
        Ok(outcome)
    }

    async fn save(&self, save: Save, outcome: Outcome) -> Result<(Created, Option<i64>)> {
        let (created, start, rings) = self
            .db
            .write(move |tx| {
                if let Some(taken) = &save.taken {
                    work::done(tx, taken)?;
                }
                let mut rings = Rings::default();
                let (created, start) = save.write(tx, &mut rings, &outcome)?;
                Ok::<_, Error>((created, start, rings))
            })
            .await?;
        rings.ring(&self.bells);
        Ok((created, start))
    }

    /// Sets the ref runners fetch, then lets the first jobs go.
    pub(super) async fn start_pipeline(
        &self,
        pipeline: &Pipeline,
        repository: &Repository,
        start: Start,
    ) -> Result<Pipeline> {
        repository.set_ref(&format!("refs/pipelines/{}", pipeline.id), &pipeline.sha).await?;
        let id = pipeline.id;
        let cause = Cause { now: self.clock.now(), actor: None };
        let (pipeline, rings) = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                match &start {
                    Start::Own(row) => pipewright_store::work::remove(tx, *row)?,
                    Start::Taken(taken) => work::done(tx, taken)?,
                }
                process::apply(tx, &mut rings, cause, id, &Event::Process)?;
                let pipeline = pipelines::get(tx, id)?.ok_or_else(Error::record)?;
                Ok::<_, Error>((pipeline, rings))
            })
            .await?;
        rings.ring(&self.bells);
        Ok(pipeline)
    }
}

/// The work that says a pipeline is to be started.
pub(super) enum Start {
    /// Written by whoever starts it now.
    Own(i64),
    /// Taken over from a maker that died in between.
    Taken(Taken),
}

/// Seconds after which a pipeline that was saved and not started is started by whoever looks.
const START_LEASE: i64 = 30;

/// Everything a pipeline's rows are made of.
struct Save {
    pipeline: Pipeline,
    project: Project,
    commit: Commit,
    given: Vec<pipeline_variables::SealedVariable>,
    new: NewPipeline,
    taken: Option<Taken>,
    now: Timestamp,
}

impl Save {
    /// The pipeline, and the row of the work that starts it.
    fn write(&self, tx: &Tx<'_>, rings: &mut Rings, outcome: &Outcome) -> Result<(Created, Option<i64>)> {
        let mut pipeline = self.pipeline.clone();
        let cause = Cause { now: self.now, actor: Some(self.new.user_id) };
        match outcome {
            Outcome::Nothing(why) => {
                self.fail_bridge(tx, rings, cause)?;
                return Ok((Created::Nothing(why.clone()), None));
            }
            Outcome::Skipped => pipeline.status = Status::Skipped,
            Outcome::Wrong(errors) => {
                pipeline.status = Status::Failed;
                pipeline.yaml_errors = Some(errors.join("\n"));
                pipeline.failure_reason = Some("config_error".to_owned());
                pipeline.finished_at = Some(self.now);
            }
            Outcome::Run(compiled) => {
                pipeline.name.clone_from(&compiled.name);
                pipeline.cancel_on_job_failure = plan::cancels_on_failure(compiled.auto_cancel);
                plan::on_new_commit(compiled.auto_cancel).clone_into(&mut pipeline.on_new_commit);
            }
        }
        pipeline.iid = pipelines::take_iid(tx, self.project.id)?;
        pipeline.id = pipelines::insert(tx, &pipeline)?;
        if pipeline.root_id.0 == 0 {
            pipeline.root_id = pipeline.id;
        }
        commits::insert(tx, self.project.id, &self.commit)?;
        pipeline_variables::insert(tx, pipeline.id, &self.given)?;
        projects::touch(tx, self.project.id, self.now)?;
        rings.pipeline(pipeline.id);
        if let Some(downstream) = &self.new.downstream {
            jobs::set_downstream(tx, downstream.bridge, pipeline.id)?;
        }
        let mut start = None;
        if let Outcome::Run(compiled) = outcome {
            plan::write(tx, &pipeline, compiled, self.project.settings.build_timeout, self.now)?;
            let work = Work::StartPipeline { pipeline_id: pipeline.id };
            start = Some(work::enqueue_row(tx, &work, self.now.plus_seconds(START_LEASE))?);
            self.cancel_older(tx, rings, cause, &pipeline)?;
        }
        if matches!(outcome, Outcome::Wrong(_)) {
            self.fail_bridge(tx, rings, cause)?;
        } else {
            process::tell_bridge(tx, rings, cause, &pipeline)?;
        }
        Ok((Created::Pipeline(Box::new(pipeline)), start))
    }

    /// A bridge whose pipeline could not be made has failed.
    fn fail_bridge(&self, tx: &Tx<'_>, rings: &mut Rings, cause: Cause) -> Result<()> {
        if let Some(downstream) = &self.new.downstream
            && let Some(bridge) = jobs::get(tx, downstream.bridge)?
            && !bridge.status.is_complete()
        {
            let failed = End::because(FailureReason::DownstreamPipelineCreationFailed);
            finish::end(tx, rings, cause, &bridge, failed, None)?;
        }
        Ok(())
    }

    /// A newer pipeline of a branch makes older ones of other commits redundant (CI YAML contract §8).
    fn cancel_older(&self, tx: &Tx<'_>, rings: &mut Rings, cause: Cause, newest: &Pipeline) -> Result<()> {
        /// Older ones are long over, or stuck for other reasons.
        const MOST: i64 = 100;
        if !self.project.settings.auto_cancel_pending_pipelines || newest.source == Source::ParentPipeline {
            return Ok(());
        }
        for older in pipelines::unfinished_before(tx, newest, MOST)? {
            let state = process::load(tx, &older, &Event::Process)?;
            let mode = older.on_new_commit.parse().unwrap_or_default();
            if let Some(event) = auto_cancel::decide(mode, &state) {
                process::apply(tx, rings, cause, older.id, &event)?;
            }
        }
        Ok(())
    }
}

/// The row as far as it is known before the file is read.
pub(super) fn draft(new: &NewPipeline, protected: bool, now: Timestamp) -> Pipeline {
    Pipeline {
        id: PipelineId(0),
        iid: 0,
        project_id: new.project_id,
        ref_name: new.ref_name.clone(),
        tag: new.tag,
        sha: new.sha.clone(),
        before_sha: new.before_sha.clone(),
        status: Status::Created,
        source: new.source,
        user_id: Some(new.user_id),
        protected,
        name: None,
        yaml_errors: None,
        failure_reason: None,
        cancel_on_job_failure: false,
        on_new_commit: "conservative".to_owned(),
        source_job_id: new.downstream.as_ref().map(|downstream| downstream.bridge),
        root_id: new.downstream.as_ref().and_then(|downstream| downstream.root).unwrap_or(PipelineId(0)),
        created_at: now,
        updated_at: now,
        started_at: None,
        finished_at: None,
    }
}

fn judge(compiled: Result<Plan, Diagnostics>, limit: usize) -> Outcome {
    match compiled {
        Err(errors) => Outcome::Wrong(errors.messages()),
        Ok(compiled) => {
            if let Some(why) = compiled.verdict.refusal() {
                return Outcome::Nothing(why.to_owned());
            }
            let refusals =
                over_the_limit(&compiled, limit).map_or_else(|| integrations::refusals(&compiled), |why| vec![why]);
            if refusals.is_empty() { Outcome::Run(Box::new(compiled)) } else { Outcome::Wrong(refusals) }
        }
    }
}

/// The sentence about a plan of too many jobs.
pub(super) fn over_the_limit(plan: &Plan, limit: usize) -> Option<String> {
    (plan.jobs.len() > limit).then(|| {
        format!(
            "The number of jobs has exceeded the limit of {limit}. Try splitting the configuration with parent-child-pipelines"
        )
    })
}

/// `[ci skip]` or `[skip ci]` in a commit message, in any letter case, with `-` for the space too.
fn skips(message: &str) -> bool {
    let message = message.to_lowercase();
    ["[ci skip]", "[skip ci]", "[ci-skip]", "[skip-ci]"].iter().any(|mark| message.contains(mark))
}
