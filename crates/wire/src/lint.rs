//! What the CI lint answers.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// A pipeline file, checked.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LintResult {
    /// There are no errors.
    pub valid: bool,
    /// What is wrong, in GitLab's words.
    pub errors: Vec<String>,
    /// What looks wrong but would not stop a pipeline.
    pub warnings: Vec<String>,
    /// The file with its includes, references and parents resolved; null where they could not be.
    pub merged_yaml: Option<String>,
    /// Every file included; null where they could not be resolved.
    pub includes: Option<Vec<LintInclude>>,
    /// The jobs by stages, if they were asked for; none of an invalid file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jobs: Option<Vec<LintJob>>,
    /// An addition: the errors, then the warnings, with their places.
    pub diagnostics: Vec<LintDiagnostic>,
}

/// A file that was included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LintInclude {
    /// `local`, `file` (of another project), `remote`, `template` or `component`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is, as the include says.
    pub location: String,
    /// Its page.
    pub blob: Option<String>,
    /// Where its text is.
    pub raw: Option<String>,
    /// More about it.
    pub extra: LintExtra,
    /// The project of the file that includes it.
    pub context_project: String,
    /// The commit of the file that includes it.
    pub context_sha: Option<String>,
}

/// More about a file of another project; empty for others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LintExtra {
    /// The other project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Its branch, tag or commit.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub ref_name: Option<String>,
}

/// A job of a checked file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LintJob {
    /// Name.
    pub name: String,
    /// Stage.
    pub stage: String,
    /// `before_script`.
    pub before_script: Vec<String>,
    /// `script`.
    pub script: Vec<String>,
    /// `after_script`.
    pub after_script: Vec<String>,
    /// Tags.
    pub tag_list: Vec<String>,
    /// `only`, of a static check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<Value>,
    /// `except`, of a static check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub except: Option<Value>,
    /// Its environment's name.
    pub environment: Option<String>,
    /// When it runs.
    pub when: String,
    /// It may fail.
    pub allow_failure: bool,
    /// What it waits for, of a static check; null for all earlier stages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<Option<Vec<LintNeed>>>,
}

/// A job another one waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LintNeed {
    /// Its name.
    pub name: String,
    /// Its artifacts are wanted.
    pub artifacts: bool,
    /// It may be absent.
    pub optional: bool,
}

/// An error or warning with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LintDiagnostic {
    /// The same words as under `errors` or `warnings`.
    pub message: String,
    /// `error` or `warning`.
    pub severity: String,
    /// Where, if it belongs to a place.
    pub place: Option<LintPlace>,
    /// The keys that lead to it, as written.
    pub path: Vec<String>,
    /// What to do instead.
    pub suggestion: Option<String>,
    /// The includes that led to the file, outermost first.
    pub included_from: Vec<LintPlace>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LintPlace {
    /// The file, as it was included.
    pub file: String,
    /// From 1; 0 for the whole file.
    pub line: u32,
    /// From 1; 0 for the whole file.
    pub column: u32,
}
