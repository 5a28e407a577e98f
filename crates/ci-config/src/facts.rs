//! What the compiler is told, and what it asks for.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The text of a file and its name in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path in the repository, or what stands for it in messages.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// The file a pipeline starts from.
    pub fn root(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

/// A variable known before the pipeline exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    /// Name.
    pub key: String,
    /// Value, as set; references in it are not expanded.
    pub value: String,
    /// References in the value stay as they are.
    pub raw: bool,
    /// Kept out of messages.
    pub masked: bool,
}

impl Fact {
    /// A plain variable.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into(), raw: false, masked: false }
    }
}

/// What is known about the pipeline to be.
///
/// Precedence (CI YAML contract §9), strongest first: [`Facts::pipeline`], [`Facts::configured`],
/// the file's job variables, the file's top-level variables, [`Facts::predefined`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Branch or tag.
    pub ref_name: String,
    /// The ref is a tag.
    pub tag: bool,
    /// `push`, `web`, `schedule`, … (CI YAML contract §9).
    pub source: String,
    /// Predefined variables of the phases P and L, without those of a job.
    pub predefined: Vec<Fact>,
    /// Instance, group and project variables this ref may see, weakest first; scope `*` only.
    pub configured: Vec<Fact>,
    /// Variables given when the pipeline was started: trigger, schedule, manual run, upstream bridge.
    pub pipeline: Vec<Fact>,
    /// Values of the root file's `spec:inputs`.
    pub inputs: BTreeMap<String, serde_json::Value>,
    /// `namespace/project` this file belongs to, for `include:project` and cross-project needs.
    pub project: String,
}

impl Facts {
    /// Facts of a pipeline for a branch, with the few predefined variables that follow from it.
    pub fn branch(ref_name: &str, source: &str) -> Self {
        Self {
            ref_name: ref_name.to_owned(),
            source: source.to_owned(),
            predefined: vec![
                Fact::new("CI_COMMIT_REF_NAME", ref_name),
                Fact::new("CI_COMMIT_BRANCH", ref_name),
                Fact::new("CI_PIPELINE_SOURCE", source),
            ],
            ..Self::default()
        }
    }

    /// Facts of a pipeline for a tag.
    pub fn tag(ref_name: &str, source: &str) -> Self {
        Self {
            ref_name: ref_name.to_owned(),
            tag: true,
            source: source.to_owned(),
            predefined: vec![
                Fact::new("CI_COMMIT_REF_NAME", ref_name),
                Fact::new("CI_COMMIT_TAG", ref_name),
                Fact::new("CI_PIPELINE_SOURCE", source),
            ],
            ..Self::default()
        }
    }
}

/// Where an include's text is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncludeLocation {
    /// A path in the repository of the pipeline, or of the file that includes it. May hold `*`.
    Local {
        /// Path from the repository's root, without a leading slash.
        path: String,
        /// `(project, ref)` when the includer came from another project, else `None`.
        of: Option<(String, String)>,
    },
    /// A file of another project on this server.
    Project {
        /// `namespace/project`.
        project: String,
        /// Branch, tag or sha; `None` = its default branch.
        ref_name: Option<String>,
        /// Path from the repository's root.
        path: String,
    },
    /// A file fetched over HTTP(S).
    Remote {
        /// Its address.
        url: String,
        /// `sha256-<base64>` the content must have.
        integrity: Option<String>,
    },
    /// A file of the built-in collection.
    Template {
        /// Its name, `Bash.gitlab-ci.yml`.
        name: String,
    },
    /// A component of a project.
    Component {
        /// `host/namespace/project/name@version`, expanded.
        reference: String,
    },
    /// A file in an artifact of a job of the parent pipeline (`trigger:include` only).
    Artifact {
        /// The job's name.
        job: String,
        /// Path in the archive.
        path: String,
    },
}

/// One file an include brought; a wildcard brings several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its name in messages.
    pub path: String,
    /// Its text.
    pub text: String,
    /// `(project, ref or sha)` that a nested `local` is looked up in; `None` = the pipeline's own.
    pub context: Option<(String, String)>,
    /// What `$[[ component.* ]]` may show; empty for other kinds: `name`, `sha`, `version`, `reference`.
    pub component: BTreeMap<String, Option<String>>,
}

/// Why an include has no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FetchError(
    /// The sentence users see (CI YAML contract §5): ``Local file `x` does not exist!``.
    pub String,
);

/// Brings the text of includes. The engine implements it over git, HTTP and its templates.
pub trait Fetch {
    /// The files at `location`, in order. A wildcard that matches nothing is an error of its own.
    fn fetch(&self, location: &IncludeLocation) -> Result<Vec<Fetched>, FetchError>;

    /// The same for whoever keeps account of who includes what: `from` is the `(project, sha)` of a file
    /// of another project that names the location, `None` for the pipeline's own.
    fn fetch_from(
        &self,
        location: &IncludeLocation,
        from: Option<&(String, String)>,
    ) -> Result<Vec<Fetched>, FetchError> {
        let _ = from;
        self.fetch(location)
    }
}

/// What `rules:changes` compares with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Changes {
    /// The pipeline's own range: push, or merge request.
    Range,
    /// `compare_to`: the difference to that ref.
    To(String),
}

/// What `rules:exists` looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Exists {
    /// The pipeline's own commit.
    Here,
    /// Another project, at a ref or at its default branch.
    In {
        /// `namespace/project`.
        project: String,
        /// Branch, tag or sha.
        ref_name: Option<String>,
    },
}

/// Answers what rules ask about paths. Asked at most once for each different question.
pub trait Lookup {
    /// Paths that changed. `Ok(None)` = no range is known, every `changes` is true (contract §6).
    fn changed_paths(&self, against: &Changes) -> Result<Option<Vec<String>>, FetchError>;

    /// Every path of the repository's tree, directories without a trailing slash left out.
    fn paths(&self, of: &Exists) -> Result<Vec<String>, FetchError>;
}

/// Both questions at once: what [`crate::compile`] takes.
pub trait Files: Fetch + Lookup {}

impl<T: Fetch + Lookup> Files for T {}

/// No includes, no repository: for files that stand alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Fetch for NoFiles {
    fn fetch(&self, location: &IncludeLocation) -> Result<Vec<Fetched>, FetchError> {
        Err(FetchError(match location {
            IncludeLocation::Local { path, .. } => format!("Local file `{path}` does not exist!"),
            IncludeLocation::Project { project, .. } => format!(
                "Project `{project}` not found or access denied! Make sure any includes in the pipeline configuration are correctly defined."
            ),
            IncludeLocation::Remote { url, .. } => format!("Remote file `{url}` could not be fetched!"),
            IncludeLocation::Template { name } => format!("Template file `{name}` not found!"),
            IncludeLocation::Component { reference } => format!("Component `{reference}` not found!"),
            IncludeLocation::Artifact { job, .. } => {
                format!("Job `{job}` not found in parent pipeline or does not have artifacts!")
            }
        }))
    }
}

impl Lookup for NoFiles {
    fn changed_paths(&self, _: &Changes) -> Result<Option<Vec<String>>, FetchError> {
        Ok(None)
    }

    fn paths(&self, _: &Exists) -> Result<Vec<String>, FetchError> {
        Ok(Vec::new())
    }
}
