//! The instance itself, and small answers that several resources share.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// `GET /version`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Version {
    /// The version of GitLab whose API is answered for.
    pub version: &'static str,
    /// This program and its own version.
    pub revision: String,
}

/// `GET /metadata`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Metadata {
    /// The same as `/version` tells.
    #[serde(flatten)]
    pub version: Version,
    /// The server of agents, of which there is none.
    pub kas: AgentServer,
    /// Always false.
    pub enterprise: bool,
}

/// The server agents connect to: there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentServer {
    /// Always false.
    pub enabled: bool,
    /// Its address.
    pub external_url: Option<String>,
    /// Its address for clusters.
    #[serde(rename = "externalK8sProxyUrl")]
    pub external_proxy_url: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// A sentence, where GitLab answers one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Message {
    /// The sentence.
    pub message: &'static str,
}

/// `GET /namespaces/:id/exists`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NameTaken {
    /// The name is taken.
    pub exists: bool,
    /// Names that are not.
    pub suggests: Vec<String>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileWritten {
    /// From the top of the repository.
    pub file_path: String,
    /// Where it was written.
    pub branch: String,
}

/// An element of a list that is always empty.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Nothing(pub Value);

/// A built-in pipeline file in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TemplateName {
    /// What it is asked for by.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// A built-in pipeline file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// Its whole text.
    pub content: &'static str,
}
