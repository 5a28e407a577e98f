//! Images and services, in the shape of the runner's payload.

use super::Variable;
use serde::{Deserialize, Serialize};

/// `image`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Image {
    /// Image name as written; the runner expands it.
    pub name: String,
    /// Replaces the image's entrypoint.
    pub entrypoint: Option<Vec<String>>,
    /// Options for one executor.
    pub executor_opts: ExecutorOptions,
    /// Ports to open.
    pub ports: Vec<Port>,
    /// `always`, `if-not-present`, `never`, tried in order.
    pub pull_policy: Option<Vec<String>>,
}

/// One of `services`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Service {
    /// Image name as written.
    pub name: String,
    /// Host names, separated by commas or spaces.
    pub alias: Option<String>,
    /// Replaces the image's command.
    pub command: Option<Vec<String>>,
    /// Replaces the image's entrypoint.
    pub entrypoint: Option<Vec<String>>,
    /// Options for one executor.
    pub executor_opts: ExecutorOptions,
    /// Ports to open.
    pub ports: Vec<Port>,
    /// `always`, `if-not-present`, `never`, tried in order.
    pub pull_policy: Option<Vec<String>>,
    /// Variables of this service alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
}

/// `docker` and `kubernetes` under an image or a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExecutorOptions {
    /// For the docker executor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docker: Option<DockerOptions>,
    /// For the kubernetes executor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<KubernetesOptions>,
}

/// `docker:`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DockerOptions {
    /// `linux/arm64`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// User name or id in the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<TextOrInt>,
}

/// `kubernetes:`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KubernetesOptions {
    /// User, an id or a text that may hold variables; the file's type is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<TextOrInt>,
}

/// A value whose YAML type is passed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TextOrInt {
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
}

/// One of `ports`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Port {
    /// Port number.
    pub number: u16,
    /// `http` or `https`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// Name, needed when there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
