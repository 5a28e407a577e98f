//! What a file compiles to: the plan of a pipeline, ready to be stored and run.
//!
//! Everything serialises to JSON and reads back; fields may be added, never renamed, because plans
//! of finished pipelines stay in databases. `image`, `services`, `cache` and `hooks` have the shape
//! of the runner's payload already (runner protocol §5).

mod artifacts;
mod image;
mod job;
mod trigger;

pub use artifacts::{AccessTo, ArtifactWhen, Artifacts, CacheKey, CachePlan, CoverageReport};
pub use image::{DockerOptions, ExecutorOptions, Image, KubernetesOptions, Port, Service, TextOrInt};
pub use job::{
    CrossNeed, Environment, Hook, IdToken, Instance, JobInput, JobPlan, PagesPlan, Release, ReleaseLink, Retry, Secret,
};
pub use trigger::{Forward, Strategy, Trigger, TriggerInclude, TriggerTarget};

use crate::Diagnostic;
use serde::{Deserialize, Serialize};

/// A pipeline to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Whether it is to be made.
    pub verdict: Verdict,
    /// `workflow:name`, expanded and trimmed.
    pub name: Option<String>,
    /// Every stage of the file in order, `.pre` first, `.post` last; a stage without jobs makes no row.
    pub stages: Vec<String>,
    /// Jobs and bridges that rules let in, in the order of the file, parallel ones as instances.
    pub jobs: Vec<JobPlan>,
    /// What newer pipelines and failures cancel.
    pub auto_cancel: AutoCancel,
    /// Top-level `variables` (with those of the matching workflow rule), for "run pipeline" forms.
    pub variables: Vec<TopVariable>,
    /// Files that were included, in order, the root file not among them.
    pub includes: Vec<String>,
    /// What looks wrong but does not stop the pipeline.
    pub warnings: Vec<Diagnostic>,
}

/// Whether a compiled file is to become a pipeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Yes.
    #[default]
    Run,
    /// `workflow:rules` say no.
    FilteredByWorkflow,
    /// No job is left, or only jobs of `.pre` and `.post`.
    NoJobs,
}

impl Verdict {
    /// Whether to make the pipeline.
    pub const fn runs(self) -> bool {
        matches!(self, Self::Run)
    }

    /// GitLab's sentence for the refusal; `None` when it runs.
    pub const fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Run => None,
            Self::FilteredByWorkflow => Some("Pipeline filtered out by workflow rules."),
            Self::NoJobs => Some(
                "Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline.",
            ),
        }
    }
}

/// `workflow:auto_cancel`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AutoCancel {
    /// What a newer pipeline of the same ref cancels.
    pub on_new_commit: OnNewCommit,
    /// What the first failure cancels.
    pub on_job_failure: OnJobFailure,
}

/// `workflow:auto_cancel:on_new_commit` (CI YAML contract §6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnNewCommit {
    /// Everything, unless a job with `interruptible: false` has started.
    #[default]
    Conservative,
    /// Jobs with `interruptible: true` only.
    Interruptible,
    /// Nothing.
    None,
}

/// `workflow:auto_cancel:on_job_failure`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnJobFailure {
    /// Everything that can still be canceled.
    All,
    /// Nothing.
    #[default]
    None,
}

/// A variable of the file as a job gets it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Name.
    pub key: String,
    /// Value as written; references are expanded when the job's payload is made.
    pub value: String,
    /// `expand: false`: references stay.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub raw: bool,
}

/// A top-level variable with what a form shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TopVariable {
    /// Name.
    pub key: String,
    /// Default value.
    pub value: String,
    /// `expand: false`.
    pub raw: bool,
    /// Shown beside the field; only described variables are prefilled.
    pub description: Option<String>,
    /// The values to choose from.
    pub options: Vec<String>,
}
