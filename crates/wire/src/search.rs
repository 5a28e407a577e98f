//! What search finds in code.

use schemars::JsonSchema;
use serde::Serialize;

/// A place in the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FoundBlob {
    /// The path without its ending.
    pub basename: String,
    /// The lines.
    pub data: String,
    /// The file, from the top of the repository.
    pub path: String,
    /// The older name of `path`.
    pub filename: String,
    /// The object id of its content, where it was found by its path.
    pub id: Option<String>,
    /// The branch, tag or commit that was searched.
    #[serde(rename = "ref")]
    pub ref_name: String,
    /// Number of the first of the lines.
    pub startline: u64,
    /// The project.
    pub project_id: i64,
}
