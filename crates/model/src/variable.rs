//! CI variables as people set them.

use crate::{NamespaceId, ProjectId, VariableId, words::words};

words! {
    /// How a job sees a variable.
    VariableType {
        /// As its value.
        EnvVar = "env_var",
        /// As the path of a file that holds the value.
        File = "file",
    }
}

/// Where a variable is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VariableOwner {
    /// For every project.
    Instance,
    /// For a group and all below it.
    Group(NamespaceId),
    /// For one project.
    Project(ProjectId),
}

/// A variable, its value in the clear; the database holds it encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Unique id.
    pub id: VariableId,
    /// Where it is set.
    pub owner: VariableOwner,
    /// Name, `[A-Za-z0-9_]`, at most 255 characters.
    pub key: String,
    /// Value, at most 10,000 characters.
    pub value: String,
    /// Value or file.
    pub variable_type: VariableType,
    /// Only for jobs of protected refs.
    pub protected: bool,
    /// Hidden in logs.
    pub masked: bool,
    /// Masked, and never shown again.
    pub hidden: bool,
    /// Its value is not expanded.
    pub raw: bool,
    /// Environments it is for; `*` for all.
    pub environment_scope: String,
    /// Purpose for people.
    pub description: Option<String>,
}
