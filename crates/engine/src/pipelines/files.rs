//! What the compiler asks for while it works: included files, changed and existing paths, out of git.
//!
//! The compiler is synchronous and asks seldom; it runs on a thread where waiting is allowed.

use pipewright_ci_config::{Changes, Exists, Fetch, FetchError, Fetched, IncludeLocation, Lookup};
use pipewright_git::{Error as GitError, Repository};
use std::collections::HashMap;
use tokio::runtime::Handle;

/// Answers out of one repository at one commit.
pub(super) struct RepositoryFiles {
    /// Where to ask.
    pub(super) repository: Repository,
    /// The pipeline's commit.
    pub(super) sha: String,
    /// What a push moved the ref from; `None` where there is no range.
    pub(super) before: Option<String>,
    /// Largest file read, bytes.
    pub(super) limit: u64,
    /// Files of artifacts a bridge includes, by job and path.
    pub(super) artifacts: HashMap<(String, String), String>,
    /// The runtime that git is asked on.
    pub(super) runtime: Handle,
}

impl RepositoryFiles {
    fn text(&self, path: &str) -> Result<String, FetchError> {
        let missing = || FetchError(format!("Local file `{path}` does not exist!"));
        let clean = path.trim_start_matches('/');
        if pipewright_git::check_file_path(clean).is_err() {
            return Err(missing());
        }
        match self.runtime.block_on(self.repository.blob(&self.sha, clean, self.limit)) {
            Ok(blob) if blob.bytes.is_empty() => Err(FetchError(format!("Local file `{path}` is empty!"))),
            Ok(blob) => String::from_utf8(blob.bytes.to_vec())
                .map_err(|_| FetchError(format!("Included file `{path}` is not valid UTF-8!"))),
            Err(GitError::NotFound { .. } | GitError::BadName { .. }) => Err(missing()),
            Err(error) => Err(FetchError(format!("Local file `{path}` could not be read: {error}"))),
        }
    }

    fn wildcard(&self, pattern: &str) -> Result<Vec<Fetched>, FetchError> {
        let clean = pattern.trim_start_matches('/');
        let paths = self.paths(&Exists::Here)?;
        let mut found: Vec<&String> =
            paths.iter().filter(|path| pipewright_ci_config::include_matches(clean, path)).collect();
        found.sort();
        if found.is_empty() {
            return Err(FetchError(format!("Local file `{pattern}` does not exist!")));
        }
        found.into_iter().map(|path| Ok(plain(path, self.text(path)?))).collect()
    }
}

fn plain(path: &str, text: String) -> Fetched {
    Fetched { path: path.to_owned(), text, context: None, component: std::collections::BTreeMap::new() }
}

impl Fetch for RepositoryFiles {
    fn fetch(&self, location: &IncludeLocation) -> Result<Vec<Fetched>, FetchError> {
        match location {
            IncludeLocation::Local { path, of: None } if path.contains('*') => self.wildcard(path),
            IncludeLocation::Local { path, of: None } => Ok(vec![plain(path, self.text(path)?)]),
            IncludeLocation::Artifact { job, path } => self
                .artifacts
                .get(&(job.clone(), path.clone()))
                .map(|text| vec![plain(path, text.clone())])
                .ok_or_else(|| FetchError(format!("Artifact `{path}` of job `{job}` not found!"))),
            other => pipewright_ci_config::NoFiles.fetch(other),
        }
    }
}

impl Lookup for RepositoryFiles {
    fn changed_paths(&self, against: &Changes) -> Result<Option<Vec<String>>, FetchError> {
        let ask = async {
            match against {
                Changes::Range => match &self.before {
                    Some(before) => self.repository.changed_paths(before, &self.sha).await.map(Some),
                    None => Ok(None),
                },
                Changes::To(name) => {
                    let missing = || GitError::NotFound { what: name.clone() };
                    let to = self.repository.resolve(name).await?.ok_or_else(missing)?;
                    self.repository.changed_paths(&to, &self.sha).await.map(Some)
                }
            }
        };
        self.runtime.block_on(ask).map_err(|error| match (error, against) {
            (GitError::NotFound { .. }, Changes::To(_)) => {
                FetchError("rules:changes:compare_to is not a valid ref".to_owned())
            }
            (error, _) => FetchError(format!("the changed paths could not be read: {error}")),
        })
    }

    fn paths(&self, of: &Exists) -> Result<Vec<String>, FetchError> {
        match of {
            Exists::Here => self
                .runtime
                .block_on(self.repository.paths(&self.sha))
                .map_err(|error| FetchError(format!("the repository's files could not be listed: {error}"))),
            Exists::In { project, .. } => {
                Err(FetchError(format!("rules:exists:project `{project}` is not a valid project")))
            }
        }
    }
}
