//! `rules:changes` and `rules:exists`, out of git.

use super::Sources;
use super::projects::Opening;
use pipewright_ci_config::{Changes, Exists, FetchError, Lookup};
use pipewright_git::Error as GitError;

impl Lookup for Sources {
    fn changed_paths(&self, against: &Changes) -> Result<Option<Vec<String>>, FetchError> {
        self.runtime.block_on(self.changed(against)).map_err(|error| match (error, against) {
            (GitError::NotFound { .. }, Changes::To(_)) => {
                FetchError("rules:changes:compare_to is not a valid ref".to_owned())
            }
            (error, _) => FetchError(format!("the changed paths could not be read: {error}")),
        })
    }

    fn paths(&self, of: &Exists) -> Result<Vec<String>, FetchError> {
        self.runtime.block_on(async {
            match of {
                Exists::Here => match &self.about.sha {
                    Some(sha) => self.about.repository.paths(sha).await.map_err(unreadable),
                    None => Ok(Vec::new()),
                },
                Exists::In { project, ref_name } => self.elsewhere(project, ref_name.as_deref()).await,
            }
        })
    }
}

impl Sources {
    async fn changed(&self, against: &Changes) -> Result<Option<Vec<String>>, GitError> {
        let (repository, Some(sha)) = (&self.about.repository, &self.about.sha) else { return Ok(None) };
        match against {
            Changes::Range => match &self.about.before {
                Some(before) => repository.changed_paths(before, sha).await.map(Some),
                None => Ok(None),
            },
            Changes::To(name) => {
                let missing = || GitError::NotFound { what: name.clone() };
                let to = repository.resolve(name).await?.ok_or_else(missing)?;
                repository.changed_paths(&to, sha).await.map(Some)
            }
        }
    }

    /// Paths of another project, at a ref or at its default branch.
    async fn elsewhere(&self, path: &str, name: Option<&str>) -> Result<Vec<String>, FetchError> {
        let opening = self.open(path).await.map_err(|error| FetchError(error.to_string()))?;
        let open = match &*opening {
            Opening::Open(open) => open,
            Opening::Missing => {
                return Err(FetchError(format!("rules:exists:project `{path}` is not a valid project path")));
            }
            Opening::Denied => {
                return Err(FetchError(format!("rules:exists:project access denied to project `{path}`")));
            }
        };
        match (open.commit(name).await, name) {
            (Some(sha), _) => open.repository.paths(&sha).await.map_err(unreadable),
            (None, Some(name)) => {
                let path = &open.path;
                Err(FetchError(format!("rules:exists:ref `{name}` is not a valid ref in project `{path}`")))
            }
            // Nothing was pushed yet.
            (None, None) => Ok(Vec::new()),
        }
    }
}

fn unreadable(error: GitError) -> FetchError {
    FetchError(format!("the repository's files could not be listed: {error}"))
}
