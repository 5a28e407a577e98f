//! The parts a job payload is made of (runner protocol §5).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `git_info`: where the sources come from (§9).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GitInfo {
    /// HTTP address, with credentials.
    pub repo_url: String,
    /// Branch or tag name.
    #[serde(rename = "ref")]
    pub ref_name: String,
    /// The commit, in full.
    pub sha: String,
    /// The commit before the push; 40 zeros if none.
    pub before_sha: String,
    /// `branch` or `tag`.
    pub ref_type: String,
    /// What to fetch.
    pub refspecs: Vec<String>,
    /// Commits of history; 0 for all.
    pub depth: i64,
    /// `sha1` or `sha256`.
    pub repo_object_format: String,
    /// Whether the ref is protected.
    pub protected: Option<bool>,
}

/// A variable of the job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Variable {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Whether anyone may see it.
    pub public: bool,
    /// Whether it must not appear in the log.
    pub masked: bool,
    /// Whether the value goes to a file and the variable holds its path.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub file: bool,
    /// Whether the value is taken as it is, without expanding `$` in it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub raw: bool,
}

/// One step: `script`, `release` or `after_script`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// Which step it is.
    pub name: String,
    /// Its commands, `before_script` included.
    pub script: Vec<String>,
    /// Seconds, for information.
    pub timeout: i64,
    /// `on_success` or `always`.
    pub when: String,
    /// Whether its failure is ignored.
    pub allow_failure: bool,
}

/// The image of a job; never a bare string (trap 5).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Image {
    /// Image reference.
    pub name: String,
    /// Name in the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Replaces the image's entry point.
    pub entrypoint: Option<Vec<String>>,
    /// Ports to open.
    pub ports: Vec<Port>,
    /// `always`, `never`, `if-not-present`, in order of trying.
    pub pull_policy: Option<Vec<String>>,
    /// `{docker: {platform, user}, kubernetes: {user}}`.
    pub executor_opts: Option<Value>,
}

/// A container beside the job's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Service {
    /// Image reference.
    pub name: String,
    /// Names in the network, separated by comma or space.
    pub alias: Option<String>,
    /// Replaces the image's entry point.
    pub entrypoint: Option<Vec<String>>,
    /// Replaces the image's command.
    pub command: Option<Vec<String>>,
    /// Ports to open.
    pub ports: Vec<Port>,
    /// As for images.
    pub pull_policy: Option<Vec<String>>,
    /// As for images.
    pub executor_opts: Option<Value>,
    /// Variables of the service alone. Always present.
    pub variables: Vec<ServiceVariable>,
}

/// A variable of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceVariable {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Whether the value is taken as it is, without expanding `$` in it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub raw: bool,
}

/// A port of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Port {
    /// Its number.
    pub number: i64,
    /// `http` or `https`.
    pub protocol: String,
    /// Its name.
    pub name: String,
}

/// One upload: the archive, or one report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Artifact {
    /// File name, without the ending of the format for archives.
    pub name: Option<String>,
    /// Whether files git does not track belong to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untracked: Option<bool>,
    /// Patterns relative to the project's folder.
    pub paths: Vec<String>,
    /// Patterns of what to leave out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// `on_success`, `on_failure`, `always`.
    pub when: Option<String>,
    /// How long the server shall keep it, `3 days`.
    pub expire_in: Option<String>,
    /// `archive`, `junit`, `dotenv`, …
    pub artifact_type: String,
    /// `zip`, `gzip`, `raw`.
    pub artifact_format: Option<String>,
}

/// Files kept between jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cache {
    /// Which cache; the server has already added `-protected` or `-non_protected`.
    pub key: String,
    /// Whether files git does not track belong to it.
    pub untracked: bool,
    /// `pull-push`, `pull`, `push`.
    pub policy: String,
    /// Patterns relative to the project's folder.
    pub paths: Vec<String>,
    /// `on_success`, `on_failure`, `always`.
    pub when: String,
    /// Tried in order when `key` has nothing.
    pub fallback_keys: Vec<String>,
}

/// A login.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Credentials {
    /// `registry`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Host and port.
    pub url: String,
    /// User.
    pub username: String,
    /// Password.
    pub password: String,
}

/// A job whose artifacts are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dependency {
    /// That job.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The token to download with: the current job's.
    pub token: String,
    /// Its archive; left out when it has none (trap 42).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifacts_file: Option<ArtifactFile>,
}

/// An archive to download.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ArtifactFile {
    /// Its name; empty means there is nothing to download.
    pub filename: String,
    /// Its length in bytes.
    pub size: i64,
}

/// Commands to run around getting the sources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hook {
    /// `pre_get_sources_script` or `post_get_sources_script`.
    pub name: String,
    /// The commands.
    pub script: Vec<String>,
}

/// A typed input of a job.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Input {
    /// Name.
    pub key: String,
    /// Value.
    pub value: InputValue,
}

/// An input's value: a null, or one that is not of its type, makes a runner give up the job.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InputValue {
    /// `string`, `number`, `boolean`, `array`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The value.
    pub content: serde_json::Value,
    /// Not to be shown.
    pub sensitive: bool,
}
