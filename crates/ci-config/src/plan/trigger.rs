//! Bridges: jobs that start another pipeline.

use crate::facts::IncludeLocation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `trigger`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// What is started.
    pub target: TriggerTarget,
    /// How the bridge follows what it started; `None` = done as soon as it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// Which variables go along.
    #[serde(default)]
    pub forward: Forward,
    /// Inputs for another project's pipeline; a child's are with each include.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, serde_json::Value>,
}

/// Where the downstream pipeline runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerTarget {
    /// Another project.
    Project {
        /// `namespace/project`, variables not expanded.
        path: String,
        /// Branch, variables not expanded; `None` = its default branch.
        branch: Option<String>,
    },
    /// A child of this pipeline.
    Child(Vec<TriggerInclude>),
}

/// One of `trigger:include`: compile a file whose `include` is this list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TriggerInclude {
    /// Where the file is, variables not expanded.
    pub location: IncludeLocation,
    /// Values of its `spec:inputs`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, serde_json::Value>,
}

/// `trigger:strategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Wait, and end as it ends.
    Depend,
    /// Show its status exactly.
    Mirror,
}

/// `trigger:forward`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Forward {
    /// The bridge's and the file's variables.
    pub yaml_variables: bool,
    /// Variables this pipeline was started with.
    pub pipeline_variables: bool,
}

impl Default for Forward {
    fn default() -> Self {
        Self { yaml_variables: true, pipeline_variables: false }
    }
}
