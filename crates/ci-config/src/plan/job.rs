//! A job of the plan.

use super::{Artifacts, CachePlan, Image, Service, Trigger, Variable};
use pipewright_model::{JobKind, Need, When};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A job or a bridge, one instance of it when it is parallel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobPlan {
    /// Name, an instance's name for parallel jobs: `test 1/2`, `build: [linux, x86]`.
    pub name: String,
    /// Name in the file.
    pub base_name: String,
    /// Which instance of a parallel job this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<Instance>,
    /// Job or bridge.
    pub kind: JobKind,
    /// Its stage.
    pub stage: String,
    /// Its stage's index in [`super::Plan::stages`].
    pub stage_index: usize,
    /// When it runs, after rules.
    pub when: When,
    /// Seconds a delayed job waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_in: Option<i64>,
    /// Its failure does not fail the pipeline; for manual jobs: does not block it.
    pub allow_failure: bool,
    /// Failures with one of these exit codes are allowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_failure_exit_codes: Vec<i64>,
    /// Asked before a manual job starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manual_confirmation: Option<String>,
    /// Tags a runner must have, expanded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Top-level, job, matrix and rule variables merged, in order of definition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    /// `before_script` and `script`, lines of one shell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub script: Vec<String>,
    /// How many lines of `script` are `before_script`; known while the file is at hand, not kept.
    #[serde(skip)]
    pub before_script_lines: usize,
    /// `after_script`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after_script: Vec<String>,
    /// `hooks`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
    /// `run`, the JSON text of the payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// `image`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// `services`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// `cache`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cache: Vec<CachePlan>,
    /// `artifacts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifacts: Option<Artifacts>,
    /// `retry`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Seconds it may run; `None` = the project's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<i64>,
    /// A newer pipeline may cancel it; `None` = not said, which counts as `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interruptible: Option<bool>,
    /// Expanded with what is known when the pipeline is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_group: Option<String>,
    /// `environment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// `coverage` without its slashes, ready for the `regex` crate with RE2's meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<String>,
    /// What it waits for: `None` = all earlier stages; `Some` = these jobs, names of instances,
    /// optional ones that are absent left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<Vec<Need>>,
    /// Artifacts of other pipelines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cross_needs: Vec<CrossNeed>,
    /// Whose artifacts it gets: `None` = those of its needs or of all earlier stages.
    /// Names of instances.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Vec<String>>,
    /// What a bridge starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// `release`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// `id_tokens`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub id_tokens: BTreeMap<String, IdToken>,
    /// `secrets`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, Secret>,
    /// `pages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<PagesPlan>,
    /// `identity`: a licensed extra, passed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// `inputs` of the job by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, JobInput>,
}

impl Default for JobPlan {
    fn default() -> Self {
        Self {
            name: String::new(),
            base_name: String::new(),
            instance: None,
            kind: JobKind::Build,
            stage: "test".to_owned(),
            stage_index: 0,
            when: When::OnSuccess,
            start_in: None,
            allow_failure: false,
            allow_failure_exit_codes: Vec::new(),
            manual_confirmation: None,
            tags: Vec::new(),
            variables: Vec::new(),
            script: Vec::new(),
            before_script_lines: 0,
            after_script: Vec::new(),
            hooks: Vec::new(),
            run: None,
            image: None,
            services: Vec::new(),
            cache: Vec::new(),
            artifacts: None,
            retry: None,
            timeout: None,
            interruptible: None,
            resource_group: None,
            environment: None,
            coverage: None,
            needs: None,
            cross_needs: Vec::new(),
            dependencies: None,
            trigger: None,
            release: None,
            id_tokens: BTreeMap::new(),
            secrets: BTreeMap::new(),
            pages: None,
            identity: None,
            inputs: BTreeMap::new(),
        }
    }
}

/// Which of a parallel job's instances.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// `CI_NODE_INDEX`, from 1.
    pub index: u32,
    /// `CI_NODE_TOTAL`.
    pub total: u32,
    /// The matrix' values, in order; they are among the job's variables too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matrix: Vec<(String, String)>,
}

/// One of `hooks`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// `pre_get_sources_script`.
    pub name: String,
    /// Its lines.
    pub script: Vec<String>,
}

/// `retry`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retry {
    /// Attempts after the first, 0 to 2; `None` when only reasons were given.
    pub max: Option<u8>,
    /// Failure reasons, `["always"]` by default.
    pub when: Vec<String>,
    /// Exit codes; with reasons too, either is enough.
    pub exit_codes: Vec<i64>,
}

/// `environment`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Environment {
    /// Name as written.
    pub name: String,
    /// Name expanded with what is known when the pipeline is made.
    pub expanded_name: String,
    /// As written; expanded when the job runs.
    pub url: Option<String>,
    /// `start`, `prepare`, `stop`, `verify`, `access`.
    pub action: String,
    /// Job that stops it.
    pub on_stop: Option<String>,
    /// As written.
    pub auto_stop_in: Option<String>,
    /// `production`, `staging`, `testing`, `development`, `other`.
    pub deployment_tier: Option<String>,
    /// `kubernetes` as written.
    pub kubernetes: Option<serde_json::Value>,
}

/// Artifacts needed from another pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrossNeed {
    /// The latest successful job of a ref of another project.
    Project {
        /// `namespace/project`, variables not expanded.
        project: String,
        /// Its name.
        job: String,
        /// Branch or tag.
        ref_name: String,
        /// Download them.
        artifacts: bool,
    },
    /// A job of a parent or sibling pipeline.
    Pipeline {
        /// Its id, usually a variable.
        pipeline: String,
        /// The job.
        job: String,
        /// Download them.
        artifacts: bool,
    },
    /// `needs: {pipeline: group/project}`: follow the status of that project's latest pipeline.
    Mirror {
        /// `namespace/project`.
        project: String,
    },
}

/// `release`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Release {
    /// Tag to make or use.
    pub tag_name: String,
    /// Message of a new annotated tag.
    pub tag_message: Option<String>,
    /// Title; `None` = the tag's name.
    pub name: Option<String>,
    /// Text, or the path of a file that holds it.
    pub description: String,
    /// Commit to tag.
    pub ref_name: Option<String>,
    /// Titles.
    pub milestones: Vec<String>,
    /// ISO 8601.
    pub released_at: Option<String>,
    /// `assets:links`.
    pub links: Vec<ReleaseLink>,
}

/// One of `release:assets:links`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReleaseLink {
    /// Name.
    pub name: String,
    /// Address.
    pub url: String,
    /// Path under the release's downloads.
    pub filepath: Option<String>,
    /// `other`, `runbook`, `image`, `package`.
    pub link_type: Option<String>,
}

/// One of `id_tokens`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdToken {
    /// Audiences, variables not expanded.
    pub aud: Vec<String>,
    /// Written as one text, which the token's claim keeps.
    #[serde(default)]
    pub single: bool,
}

/// One of `secrets`: passed on to the runner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Secret {
    /// `vault`, `gcp_secret_manager`, `azure_key_vault`, `aws_secrets_manager`, `akeyless`,
    /// `gitlab_secrets_manager`.
    pub provider: String,
    /// The provider's own settings as written, `vault` texts taken apart.
    pub settings: serde_json::Value,
    /// The variable holds a path; default true.
    pub file: Option<bool>,
    /// The `id_tokens` entry used.
    pub token: Option<String>,
}

/// One of a job's `inputs`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobInput {
    /// `string`, `number`, `boolean`, `array`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its value unless another is given.
    pub default: serde_json::Value,
    /// The only values it may have, if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<serde_json::Value>,
    /// What a text must match, translated for the `regex` crate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
}

/// `pages`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PagesPlan {
    /// Folder to publish; `None` = `public`.
    pub publish: Option<String>,
    /// Prefix of a parallel deployment.
    pub path_prefix: Option<String>,
    /// When it is deleted.
    pub expire_in: Option<String>,
}
