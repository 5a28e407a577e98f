//! Pipelines as people see them: lists, one, the latest, its variables; and starting one by hand.

use super::create::{Created, NewPipeline};
use crate::access::{Ability, ProjectRef, Standing, standing};
use crate::jobs::play::may_give_variables;
use crate::jobs::variables::{GivenVariable, open_given};
use crate::{Caller, Engine, Error, Result};
use pipewright_git::ZERO;
use pipewright_model::project::FeatureAccess;
use pipewright_model::{Pipeline, PipelineId, Project, Source, User};
use pipewright_store::pipeline_lists;
pub use pipewright_store::pipeline_lists::{PipelineFilter, PipelineOrder};
use pipewright_store::{Listed, Page, Tx, pipeline_variables, pipelines, users};
use serde_json::Value;
use std::collections::BTreeMap;

/// A pipeline with what its page shows.
#[derive(Clone, Debug)]
pub struct PipelineView {
    /// The pipeline.
    pub pipeline: Pipeline,
    /// Its project.
    pub project: Project,
    /// Who started it.
    pub user: Option<User>,
    /// Mean of its jobs' coverage.
    pub coverage: Option<f64>,
    /// A failure was allowed.
    pub warnings: bool,
}

impl PipelineView {
    /// Reads a pipeline's page.
    pub(super) fn read(tx: &Tx<'_>, project: &Project, id: PipelineId) -> Result<Self> {
        let pipeline = pipelines::get(tx, id)?.filter(|pipeline| pipeline.project_id == project.id);
        let pipeline = pipeline.ok_or_else(|| Error::missing("Pipeline"))?;
        let user = match pipeline.user_id {
            Some(id) => users::by_id(tx, id)?,
            None => None,
        };
        Ok(Self {
            user,
            coverage: pipelines::coverage(tx, id)?,
            warnings: pipelines::has_warnings(tx, id)?,
            pipeline,
            project: project.clone(),
        })
    }
}

/// What somebody asks for when he starts a pipeline.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Branch or tag.
    pub ref_name: String,
    /// Variables.
    pub variables: Vec<GivenVariable>,
    /// Values of the file's `spec:inputs`.
    pub inputs: BTreeMap<String, Value>,
}

impl Engine {
    /// Pipelines of a project that pass the filter, child pipelines only if asked for.
    pub async fn pipelines(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        filter: PipelineFilter,
        page: Page,
    ) -> Result<(Project, Listed<Pipeline>)> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                standing.require(Ability::ReadPipelines)?;
                let listed = pipeline_lists::list(tx, standing.project.id, &filter, page)?;
                Ok::<_, Error>((standing.project, listed))
            })
            .await
    }

    /// One pipeline.
    pub async fn pipeline(&self, caller: &Caller, project: &ProjectRef, id: PipelineId) -> Result<PipelineView> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                standing.require(Ability::ReadPipelines)?;
                PipelineView::read(tx, &standing.project, id)
            })
            .await
    }

    /// The newest pipeline of a ref's present commit; of the default branch where none is named.
    pub async fn latest_pipeline(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        name: Option<String>,
    ) -> Result<PipelineView> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                standing.require(Ability::ReadPipelines)?;
                let name = name.clone().or_else(|| standing.project.default_branch.clone());
                let filter = PipelineFilter { ref_name: name, ..PipelineFilter::default() };
                let listed = pipeline_lists::list(tx, standing.project.id, &filter, Page::first(1))?;
                // Not a 404 in GitLab either: the resource is the latest one, whichever it is.
                let newest = listed.items.first().ok_or_else(Error::forbidden)?;
                PipelineView::read(tx, &standing.project, newest.id)
            })
            .await
    }

    /// Variables a pipeline was started with; for those who may start one.
    pub async fn pipeline_variables(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: PipelineId,
    ) -> Result<Vec<GivenVariable>> {
        let (caller, project) = (caller.clone(), project.clone());
        let sealed = self
            .db
            .read(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                standing.require(Ability::ReadPipelines)?;
                let view = PipelineView::read(tx, &standing.project, id)?;
                standing.require(Ability::CreatePipeline)?;
                Ok::<_, Error>(pipeline_variables::of_pipeline(tx, view.pipeline.id)?)
            })
            .await?;
        open_given(&self.secrets, &sealed)
    }

    /// Starts a pipeline by hand. Why there is none is 400 with the sentence under `base`.
    pub async fn run_pipeline(&self, caller: &Caller, project: &ProjectRef, wish: Wish) -> Result<PipelineView> {
        caller.require_user()?;
        let (who, which) = (caller.clone(), project.clone());
        let standing = self.db.read(move |tx| standing(tx, &who, &which)).await?;
        standing.require(Ability::CreatePipeline)?;
        self.run_wish(caller, standing, wish, Vec::new(), Source::Api).await
    }

    /// Starts a pipeline for a caller who may start one at all; `own` variables are the server's doing, and
    /// need no right to give any.
    pub(super) async fn run_wish(
        &self,
        caller: &Caller,
        standing: Standing,
        wish: Wish,
        own: Vec<GivenVariable>,
        source: Source,
    ) -> Result<PipelineView> {
        let user = caller.require_user()?.id;
        let given = !wish.variables.is_empty();
        let refuse = |why: &str| Err(Error::invalid("base", why));
        if standing.project.settings.builds_access_level == FeatureAccess::Disabled {
            return refuse("Pipelines are disabled!");
        }
        if given && !may_give_variables(&standing) {
            return refuse("Insufficient permissions to set pipeline variables");
        }
        let project = standing.project;
        let repository = self.repository(&project).await?;
        let (name, forced) = short_name(&wish.ref_name);
        let branch = if forced == Some(true) { None } else { repository.branch(name).await? };
        let (sha, tag) = match branch {
            Some(sha) => (sha, false),
            None => match repository.tag(name).await?.filter(|_| forced != Some(false)) {
                Some(tag) => (tag.commit, true),
                None => return refuse("Reference not found"),
            },
        };
        let may = {
            let (user, role) = (caller.require_user()?.clone(), standing.role);
            let (id, name) = (project.id, name.to_owned());
            self.db.read(move |tx| crate::access::may_push(tx, &user, role, id, &name, tag)).await?
        };
        if !may {
            return refuse("Insufficient permissions to create a new pipeline");
        }
        let new = NewPipeline {
            project_id: project.id,
            ref_name: name.to_owned(),
            tag,
            sha,
            before_sha: ZERO.to_owned(),
            source,
            user_id: user,
            variables: wish.variables.into_iter().chain(own).collect(),
            inputs: wish.inputs,
            skip: false,
            downstream: None,
        };
        let pipeline = match self.create_pipeline(new, None).await? {
            Created::Pipeline(pipeline) => pipeline,
            Created::Nothing(why) => return refuse(&why),
        };
        if let Some(errors) = &pipeline.yaml_errors {
            return refuse(errors);
        }
        self.db.read(move |tx| PipelineView::read(tx, &project, pipeline.id)).await
    }
}

/// A ref's own name, and whether it can only be a tag's (or only a branch's).
fn short_name(name: &str) -> (&str, Option<bool>) {
    if let Some(tag) = name.strip_prefix("refs/tags/") {
        return (tag, Some(true));
    }
    name.strip_prefix("refs/heads/").map_or((name, None), |branch| (branch, Some(false)))
}
