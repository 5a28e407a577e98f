//! Environments, deployments and resource groups as the API shows them.

use crate::jobs::Job;
use crate::projects::ProjectBasic;
use crate::users::UserBasic;
use schemars::JsonSchema;
use serde::Serialize;

/// An environment in short.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EnvironmentBasic {
    /// Unique id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// The name for addresses.
    pub slug: String,
    /// Where it is to be seen.
    pub external_url: Option<String>,
    /// When it was first heard of.
    pub created_at: String,
    /// Last change.
    pub updated_at: String,
}

/// An environment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Environment<'a> {
    /// What its short form has too.
    #[serde(flatten)]
    pub basic: EnvironmentBasic,
    /// One of the five tiers.
    pub tier: String,
    /// `available`, `stopping`, `stopped`.
    pub state: String,
    /// When it stops by itself.
    pub auto_stop_at: Option<String>,
    /// Whether it does: `always`.
    pub auto_stop_setting: &'static str,
    /// Purpose; none is kept.
    pub description: Option<String>,
    /// The same as HTML.
    pub description_html: Option<String>,
    /// Its project; not where one environment is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<&'a ProjectBasic>,
    /// The last deployment that went well; only where one environment is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_deployment: Option<Option<Deployment<'a>>>,
    /// Agent for Kubernetes; none.
    pub cluster_agent: Option<String>,
    /// Namespace in Kubernetes; none.
    pub kubernetes_namespace: Option<String>,
    /// Resource of Flux; none.
    pub flux_resource_path: Option<String>,
}

/// A deployment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Deployment<'a> {
    /// Unique id.
    pub id: i64,
    /// Number within the project.
    pub iid: i64,
    /// Branch or tag.
    #[serde(rename = "ref")]
    pub ref_name: &'a str,
    /// Commit.
    pub sha: &'a str,
    /// When it was made.
    pub created_at: String,
    /// Last change.
    pub updated_at: String,
    /// Who started it.
    pub user: Option<UserBasic>,
    /// Where to; not within that environment's own shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentBasic>,
    /// The job that did it.
    pub deployable: Option<Job<'a>>,
    /// Where it stands.
    pub status: &'a str,
}

/// A resource group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ResourceGroup {
    /// Unique id.
    pub id: i64,
    /// Key.
    pub key: String,
    /// Who gets a free resource.
    pub process_mode: String,
    /// When the first job named it.
    pub created_at: String,
    /// Last change.
    pub updated_at: String,
}

/// A sentence about what was done.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Message {
    /// The sentence.
    pub message: &'static str,
}
