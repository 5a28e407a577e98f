//! Agents of clusters, and what a job is told of them and of itself.

use crate::users::UserBasic;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// A project by its names.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ProjectIdentity {
    /// Unique id.
    pub id: i64,
    /// Purpose for people.
    pub description: Option<String>,
    /// Name for people.
    pub name: String,
    /// With the names of the namespaces.
    pub name_with_namespace: String,
    /// Last segment of the address.
    pub path: String,
    /// Whole address.
    pub path_with_namespace: String,
    /// When it was made.
    pub created_at: String,
}

/// An agent of a cluster.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ClusterAgent {
    /// Unique id.
    pub id: i64,
    /// Unique in its project; names its file, `.gitlab/agents/<name>/config.yaml`.
    pub name: String,
    /// The project whose repository configures it.
    pub config_project: ProjectIdentity,
    /// When it was registered.
    pub created_at: String,
    /// Who registered it.
    pub created_by_user_id: Option<i64>,
    /// Whether a server of agents connects to it; there is none.
    pub is_receptive: bool,
    /// What is wrong with its file, as it was last read. GitLab does not say.
    pub config_errors: Vec<String>,
}

/// A token of an agent.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AgentToken {
    /// Unique id.
    pub id: i64,
    /// Name for people.
    pub name: String,
    /// Purpose for people.
    pub description: Option<String>,
    /// Whose.
    pub agent_id: i64,
    /// `active`: withdrawn ones are not shown.
    #[schemars(extend("enum" = ["active"]))]
    pub status: &'static str,
    /// When it was made.
    pub created_at: String,
    /// Who made it.
    pub created_by_user_id: Option<i64>,
}

/// One token of an agent.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AgentTokenUsed {
    /// What lists show too.
    #[serde(flatten)]
    pub token: AgentToken,
    /// Last use.
    pub last_used_at: Option<String>,
}

/// A token of an agent, with its secret.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AgentTokenMade {
    /// What is shown later too.
    #[serde(flatten)]
    pub token: AgentTokenUsed,
    /// The secret: shown this once.
    #[serde(rename = "token")]
    pub secret: String,
}

/// What a job may use and what it is (`GET /job/allowed_agents`): the shapes of old and new servers in one.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AllowedAgents {
    /// Agents the job may use.
    pub allowed_agents: Vec<AllowedAgent>,
    /// The job.
    pub job: AllowedJob,
    /// Its pipeline.
    pub pipeline: AllowedPipeline,
    /// Its project.
    pub project: AllowedProject,
    /// Its user.
    pub user: AllowedUser,
    /// Its environment; no such key if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<AllowedEnvironment>,
}

/// An agent a job may use.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AllowedAgent {
    /// The agent.
    pub id: i64,
    /// The project whose repository configures it.
    pub config_project: ProjectIdentity,
    /// What its file says of the job's project or group, without the id; empty for jobs of its own project.
    pub configuration: Map<String, Value>,
}

/// A job to agents.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AllowedJob {
    /// Unique id.
    pub id: i64,
    /// Its name in the file.
    pub name: String,
    /// Its stage.
    pub stage: String,
    /// Its project.
    pub project_id: i64,
    /// Its project's name.
    pub project_name: String,
}

/// A pipeline to agents.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AllowedPipeline {
    /// Unique id.
    pub id: i64,
    /// Its project.
    pub project_id: i64,
    /// Its commit.
    pub sha: String,
    /// Branch or tag.
    #[serde(rename = "ref")]
    pub ref_name: String,
    /// How it stands.
    pub status: String,
    /// When it was made.
    pub created_at: String,
    /// Its last change.
    pub updated_at: String,
    /// Its page.
    pub web_url: String,
}

/// A project to agents.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AllowedProject {
    /// Its names.
    #[serde(flatten)]
    pub identity: ProjectIdentity,
    /// Its groups from the innermost outwards; none in a user's namespace.
    pub groups: Vec<AllowedGroup>,
}

/// A group to agents.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AllowedGroup {
    /// Unique id.
    pub id: i64,
}

/// A user to agents.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AllowedUser {
    /// Who.
    #[serde(flatten)]
    pub user: UserBasic,
    /// Names of all roles up to his in the project, the least first.
    pub roles_in_project: Vec<&'static str>,
}

/// An environment to agents.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AllowedEnvironment {
    /// Its tier.
    pub tier: String,
    /// Its name for addresses.
    pub slug: String,
}
