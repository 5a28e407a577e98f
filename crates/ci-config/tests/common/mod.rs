//! Helpers of the integration tests.
#![allow(dead_code)] // each test binary uses its own part

use pipewright_ci_config::{
    Changes, Exists, Facts, Fetch, FetchError, Fetched, IncludeLocation, Lookup, Plan, SourceFile, compile,
};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Files and answers a test prepares.
#[derive(Default)]
pub(crate) struct Fixture {
    /// Local files by path; other kinds by `kind:location`.
    pub(crate) files: BTreeMap<String, String>,
    /// Given to every include that is not in `files`.
    pub(crate) any: Option<String>,
    /// `None` = no range is known.
    pub(crate) changed: Option<Vec<String>>,
    /// The tree.
    pub(crate) tree: Vec<String>,
}

impl Fixture {
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        Self {
            files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(),
            ..Self::default()
        }
    }
}

impl Fetch for Fixture {
    fn fetch(&self, location: &IncludeLocation) -> Result<Vec<Fetched>, FetchError> {
        let (name, context) = match location {
            IncludeLocation::Local { path, of: None } => (path.clone(), None),
            IncludeLocation::Local { path, of: Some((project, at)) } => {
                (format!("{project}@{at}:{path}"), Some((project.clone(), at.clone())))
            }
            IncludeLocation::Project { project, ref_name, path } => {
                let at = ref_name.clone().unwrap_or_else(|| "HEAD".to_owned());
                (format!("{project}@{at}:{path}"), Some((project.clone(), at)))
            }
            IncludeLocation::Remote { url, .. } => (url.clone(), None),
            IncludeLocation::Template { name } => (format!("template:{name}"), None),
            IncludeLocation::Component { reference } => (format!("component:{reference}"), None),
            IncludeLocation::Artifact { job, path } => (format!("artifact:{job}:{path}"), None),
        };
        let component = match location {
            IncludeLocation::Component { reference } => {
                let (path, version) = reference.split_once('@').unwrap_or((reference, ""));
                BTreeMap::from([
                    ("name".to_owned(), path.rsplit('/').next().map(str::to_owned)),
                    ("reference".to_owned(), Some(version.to_owned())),
                    ("version".to_owned(), None),
                    ("sha".to_owned(), Some("0123abcd".to_owned())),
                ])
            }
            _ => BTreeMap::new(),
        };
        let found = |path: &str, text: &str| Fetched {
            path: path.to_owned(),
            text: text.to_owned(),
            context: context.clone(),
            component: component.clone(),
        };
        if name.contains('*') {
            let (head, tail) = name.split_once('*').unwrap_or((&name, ""));
            let tail = tail.trim_start_matches('*');
            return Ok(self
                .files
                .iter()
                .filter(|(path, _)| path.starts_with(head) && path.ends_with(tail))
                .map(|(path, text)| found(path, text))
                .collect());
        }
        match self.files.get(&name).or(self.any.as_ref()) {
            Some(text) => Ok(vec![found(&name, text)]),
            None => Err(FetchError(format!("Local file `{name}` does not exist!"))),
        }
    }
}

impl Lookup for Fixture {
    fn changed_paths(&self, _: &Changes) -> Result<Option<Vec<String>>, FetchError> {
        Ok(self.changed.clone())
    }

    fn paths(&self, _: &Exists) -> Result<Vec<String>, FetchError> {
        Ok(self.tree.clone())
    }
}

/// Compiles for a push to `main`.
pub(crate) fn try_compile(text: &str) -> Result<Plan, Vec<String>> {
    try_with(text, &Fixture::default())
}

/// The same with files.
pub(crate) fn try_with(text: &str, files: &Fixture) -> Result<Plan, Vec<String>> {
    compile(&SourceFile::root(".gitlab-ci.yml", text), &Facts::branch("main", "push"), files)
        .map_err(|errors| errors.messages())
}

/// The plan of a file that must be right.
pub(crate) fn plan(text: &str) -> Plan {
    try_compile(text).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"))
}

/// The messages of a file that must be wrong.
pub(crate) fn errors(text: &str) -> Vec<String> {
    match try_compile(text) {
        Err(errors) => errors,
        Ok(plan) => panic!("no error: {plan:#?}\n{text}"),
    }
}

/// The folder of case files: `PIPEWRIGHT_CASES`, or the one beside the checkout.
/// `None` is reported and skipped on a user's machine, and a failure under `CI=true`.
pub(crate) fn cases(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PIPEWRIGHT_CASES").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases");
    let path = root.unwrap_or(beside).join(folder);
    if path.is_dir() {
        return Some(path);
    }
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!ci, "{} is missing: set PIPEWRIGHT_CASES", path.display());
    println!("skipped: no case files in {} (set PIPEWRIGHT_CASES)", path.display());
    None
}
