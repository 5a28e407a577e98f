//! A pipeline file checked without making a pipeline: `GET` and `POST /projects/:id/ci/lint`.

use super::create::{NewPipeline, draft, over_the_limit};
use super::{facts, integrations};
use crate::access::{self, Ability, ProjectRef, Standing, is_protected};
use crate::includes::{About, Included, Sources};
use crate::jobs::predefined::Surroundings;
use crate::projects::variables::for_job;
use crate::{Caller, Engine, Error, Result};
use pipewright_ci_config::{Diagnostic, Facts, JobPlan, Linted, Plan, SourceFile, StaticJob, lint, mask};
use pipewright_git::{Error as GitError, Repository, ZERO};
use pipewright_model::project::FeatureAccess;
use pipewright_model::{Source, UserId};
use pipewright_store::namespaces;
use std::collections::HashMap;

/// How a file is to be checked.
#[derive(Clone, Debug, Default)]
pub struct LintWish {
    /// Simulate the pipeline of a push, rules and all; else a static check of keywords and jobs.
    pub dry_run: bool,
    /// The branch or tag of the simulation; `None` for the default branch.
    pub ref_name: Option<String>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct LintReport {
    /// Errors, GitLab's wording in each message.
    pub errors: Vec<Diagnostic>,
    /// Warnings, likewise.
    pub warnings: Vec<Diagnostic>,
    /// The one merged file; `None` where it came to none.
    pub merged_yaml: Option<String>,
    /// Files included; `None` where they could not be resolved.
    pub includes: Option<Vec<Included>>,
    /// The jobs, by stages; empty after errors.
    pub jobs: LintedJobs,
}

/// Jobs of a check.
#[derive(Debug)]
pub enum LintedJobs {
    /// Every job of the file.
    Static(Vec<StaticJob>),
    /// Those that a push would make.
    Simulated(Vec<JobPlan>),
}

impl Default for LintedJobs {
    fn default() -> Self {
        Self::Static(Vec::new())
    }
}

impl LintReport {
    /// Refused before the file was looked at.
    fn refused(why: &str) -> Self {
        Self { errors: vec![Diagnostic::error(why)], ..Self::default() }
    }
}

/// The ref and commit a file is checked for.
struct At {
    ref_name: String,
    tag: bool,
    /// `None` in a repository without commits.
    sha: Option<String>,
    protected: bool,
}

const NO_PERMISSION: &str = "Insufficient permissions to create a new pipeline";

impl Engine {
    /// Checks a project's own file at a commit, for whoever may read its code.
    pub async fn lint_project(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        content_ref: Option<&str>,
        wish: LintWish,
    ) -> Result<LintReport> {
        let (standing, repository) = self.readable(caller, project).await?;
        if repository.is_empty().await? {
            return Err(Error::missing("Repository"));
        }
        let sha = self.commit_id(&standing.project, &repository, content_ref).await?;
        let sha = sha.ok_or_else(|| Error::missing("Commit"))?;
        let path = standing.project.ci_config_path();
        let content = match repository.blob(&sha, path, self.settings().await?.limits.config_bytes).await {
            Ok(blob) => String::from_utf8(blob.bytes.to_vec()),
            Err(GitError::NotFound { .. } | GitError::BadName { .. }) => Ok(String::new()),
            Err(error @ GitError::TooLarge { .. }) => return Ok(LintReport::refused(&error.to_string())),
            Err(error) => return Err(error.into()),
        };
        match content {
            Ok(content) => self.linted(caller, standing, repository, Some(sha), content, wish).await,
            Err(_) => Ok(LintReport::refused(&format!("The file {path} is not valid UTF-8"))),
        }
    }

    /// Checks a text in the place of a project's file, for whoever may start pipelines there.
    pub async fn lint_text(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        content: String,
        wish: LintWish,
    ) -> Result<LintReport> {
        let standing = self.find_project(caller, project, Ability::CreatePipeline).await?;
        let repository = self.repository(&standing.project).await?;
        let limit = self.settings().await?.limits.config_bytes;
        if content.len() as u64 > limit {
            return Ok(LintReport::refused(&format!("The content is larger than {limit} bytes")));
        }
        let sha = self.commit_id(&standing.project, &repository, None).await?;
        self.linted(caller, standing, repository, sha, content, wish).await
    }

    async fn linted(
        &self,
        caller: &Caller,
        standing: Standing,
        repository: Repository,
        sha: Option<String>,
        content: String,
        wish: LintWish,
    ) -> Result<LintReport> {
        let at = if wish.dry_run {
            match self.simulated(caller, &standing, &repository, wish.ref_name).await? {
                Ok(at) => at,
                Err(why) => return Ok(LintReport::refused(why)),
            }
        } else {
            self.found(caller, &standing, &repository, sha).await?
        };
        let facts = self.lint_facts(caller, &standing, &repository, &at).await?;
        let about = About {
            project: standing.project.clone(),
            repository,
            sha: at.sha,
            before: None,
            user: caller.user().cloned(),
            artifacts: HashMap::new(),
        };
        let (limits, limit) = (self.settings().await?.limits.clone(), self.limits.pipeline_jobs);
        let sources = Sources::new(self.clone(), about, limits);
        let source = SourceFile::root(standing.project.ci_config_path(), content);
        let work = move || {
            let linted = lint(&source, &facts, &sources, wish.dry_run);
            report(linted, masked(sources.included(), &facts), limit)
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Error::Internal(format!("the compiler stopped: {error}")))
    }

    /// The ref a pipeline is simulated on, or why the caller could not start one there.
    async fn simulated(
        &self,
        caller: &Caller,
        standing: &Standing,
        repository: &Repository,
        name: Option<String>,
    ) -> Result<Result<At, &'static str>> {
        if standing.project.settings.builds_access_level == FeatureAccess::Disabled {
            return Ok(Err("Pipelines are disabled!"));
        }
        if !standing.can(Ability::CreatePipeline) {
            return Ok(Err(NO_PERMISSION));
        }
        let name = name.or_else(|| standing.project.default_branch.clone()).unwrap_or_default();
        let found = match repository.branch(&name).await? {
            Some(sha) => Some((sha, false)),
            None => repository.tag(&name).await?.map(|tag| (tag.commit, true)),
        };
        let Some((sha, tag)) = found else { return Ok(Err("Reference not found")) };
        let (may, protected) = self.may_run(caller, standing, &name, tag).await?;
        if may { Ok(Ok(At { ref_name: name, tag, sha: Some(sha), protected })) } else { Ok(Err(NO_PERMISSION)) }
    }

    /// The branch a static check is made for: one that is at the commit, the default branch before others.
    /// Its protected variables are for those who may push to it.
    async fn found(
        &self,
        caller: &Caller,
        standing: &Standing,
        repository: &Repository,
        sha: Option<String>,
    ) -> Result<At> {
        let default = standing.project.default_branch.clone().unwrap_or_default();
        let branches = repository.branches().await?;
        let at_it = |name: &str| branches.iter().any(|branch| branch.name == name && Some(&branch.id) == sha.as_ref());
        let name = if at_it(&default) {
            Some(default.clone())
        } else {
            branches.iter().find(|branch| Some(&branch.id) == sha.as_ref()).map(|branch| branch.name.clone())
        };
        let (may, protected) = match &name {
            Some(name) => self.may_run(caller, standing, name, false).await?,
            None => (false, false),
        };
        Ok(At { ref_name: name.unwrap_or(default), tag: false, sha, protected: may && protected })
    }

    /// Whether the caller may push to the ref, and whether it is protected.
    async fn may_run(&self, caller: &Caller, standing: &Standing, name: &str, tag: bool) -> Result<(bool, bool)> {
        let (user, role) = (caller.user().cloned(), standing.role);
        let (project, name) = (standing.project.id, name.to_owned());
        self.db
            .read(move |tx| {
                let may = match &user {
                    Some(user) => access::may_push(tx, user, role, project, &name, tag)?,
                    None => false,
                };
                Ok::<_, Error>((may, is_protected(tx, project, &name, tag)?))
            })
            .await
    }

    async fn lint_facts(
        &self,
        caller: &Caller,
        standing: &Standing,
        repository: &Repository,
        at: &At,
    ) -> Result<Facts> {
        let commit = match &at.sha {
            Some(sha) => Some(repository.commit(sha).await?),
            None => None,
        };
        let user = caller.user().map(|user| (**user).clone());
        let new = NewPipeline {
            project_id: standing.project.id,
            ref_name: at.ref_name.clone(),
            tag: at.tag,
            sha: at.sha.clone().unwrap_or_else(|| ZERO.to_owned()),
            before_sha: ZERO.to_owned(),
            source: Source::Push,
            user_id: user.as_ref().map_or(UserId(0), |user| user.id),
            variables: Vec::new(),
            inputs: std::collections::BTreeMap::new(),
            skip: false,
            downstream: None,
        };
        let pipeline = draft(&new, at.protected, self.clock.now());
        let (project, url, secrets) = (standing.project.clone(), self.external_url.clone(), self.secrets.clone());
        self.db
            .read(move |tx| {
                let people = for_job(tx, &secrets, &project, pipeline.protected, None)?;
                let around = Surroundings {
                    external_url: url.clone(),
                    chain: namespaces::chain(tx, project.namespace_id)?,
                    project: project.clone(),
                    pipeline: pipeline.clone(),
                    commit: commit.clone(),
                    user: user.clone(),
                };
                Ok::<_, Error>(facts::of(&around, &people, &[]))
            })
            .await
    }
}

/// Values of masked variables do not show in locations either.
fn masked(mut included: Vec<Included>, facts: &Facts) -> Vec<Included> {
    for one in &mut included {
        one.location = mask(facts, &one.location);
        for address in [&mut one.blob, &mut one.raw].into_iter().flatten() {
            *address = mask(facts, address);
        }
        if let Some((project, name)) = &mut one.of {
            *project = mask(facts, project);
            *name = mask(facts, name);
        }
    }
    included
}

/// What the check came to, with what this server alone would refuse.
fn report(linted: Linted, included: Vec<Included>, limit: usize) -> LintReport {
    let resolved = linted.merged_yaml.is_some();
    let mut report = LintReport {
        errors: linted.found.errors,
        warnings: linted.found.warnings,
        merged_yaml: linted.merged_yaml,
        includes: resolved.then_some(included),
        jobs: LintedJobs::default(),
    };
    let refusals = if let Some(mut plan) = linted.plan {
        let refusals = plan.verdict.refusal().map_or_else(|| alone(&plan, limit), |why| vec![why.to_owned()]);
        plan.jobs.sort_by_key(|job| job.stage_index);
        report.jobs = LintedJobs::Simulated(plan.jobs);
        refusals
    } else {
        let mut jobs = linted.jobs;
        jobs.sort_by_key(|job| job.plan.stage_index);
        let plan = Plan { jobs: jobs.iter().map(|job| job.plan.clone()).collect(), ..Plan::default() };
        report.jobs = LintedJobs::Static(jobs);
        alone(&plan, limit)
    };
    report.errors.extend(refusals.into_iter().map(Diagnostic::error));
    if !report.errors.is_empty() {
        report.jobs = LintedJobs::default();
    }
    report
}

/// What is right and this server would not run.
fn alone(plan: &Plan, limit: usize) -> Vec<String> {
    over_the_limit(plan, limit).map_or_else(|| integrations::refusals(plan), |why| vec![why])
}
