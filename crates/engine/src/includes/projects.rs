//! `include:project`: files of other projects on this server, for those who may read their code.

use super::{Place, Sources, plain};
use crate::access::{Ability, ProjectRef, standing};
use crate::{Caller, Error, Result, UserCaller};
use pipewright_ci_config::{FetchError, Fetched};
use pipewright_git::Repository;
use std::sync::Arc;

/// What became of opening a project.
pub(super) enum Opening {
    /// There is none of that path, as far as the user may know.
    Missing,
    /// He may not read its code.
    Denied,
    /// Here it is.
    Open(Opened),
}

/// A project whose code the user may read.
pub(super) struct Opened {
    /// `namespace/project`, as it is written.
    pub(super) path: String,
    pub(super) repository: Repository,
    /// `None` before its first push.
    pub(super) default_branch: Option<String>,
}

impl Opened {
    /// The commit of a branch, tag or id; of the default branch for `None` and `HEAD`.
    pub(super) async fn commit(&self, name: Option<&str>) -> Option<String> {
        match name.filter(|name| *name != "HEAD") {
            Some(name) => self.repository.resolve(name).await.ok().flatten(),
            // The branch and nothing else: git takes a tag of the same name first, and tags are anybody's who may push.
            None => self.repository.branch(self.default_branch.as_deref()?).await.ok().flatten(),
        }
    }
}

impl Sources {
    /// Another project, looked up once, with the eyes of whoever starts the pipeline.
    pub(super) async fn open(&self, path: &str) -> Result<Arc<Opening>> {
        let key = path.to_lowercase();
        if let Some(known) = self.known.borrow().projects.get(&key) {
            return Ok(known.clone());
        }
        let caller = match &self.about.user {
            Some(user) => Caller::User(UserCaller { user: user.clone(), token: None }),
            None => Caller::Anonymous,
        };
        let wanted = ProjectRef::Path(key.clone());
        let found = self.engine.db.read(move |tx| match standing(tx, &caller, &wanted) {
            Ok(standing) => Ok(Some(standing)),
            Err(Error::NotFound(_) | Error::Moved(_)) => Ok(None),
            Err(error) => Err(error),
        });
        let opening = Arc::new(match found.await? {
            None => Opening::Missing,
            Some(standing) if !standing.can(Ability::ReadCode) => Opening::Denied,
            Some(standing) => Opening::Open(Opened {
                repository: self.engine.repository(&standing.project).await?,
                path: standing.project.full_path,
                default_branch: standing.project.default_branch,
            }),
        });
        self.known.borrow_mut().projects.insert(key, opening.clone());
        Ok(opening)
    }

    /// One file of another project.
    pub(super) async fn of_project(&self, path: &str, name: Option<&str>, file: &str) -> Result<Fetched, FetchError> {
        // Paths are compared and shown in small letters.
        let path = path.to_lowercase();
        let opening = self
            .open(&path)
            .await
            .map_err(|error| FetchError(format!("Project `{path}` could not be read: {error}")))?;
        let Opening::Open(open) = &*opening else {
            return Err(FetchError(format!(
                "Project `{path}` not found or access denied! Make sure any includes in the pipeline configuration are correctly defined."
            )));
        };
        let Some(sha) = open.commit(name).await else {
            let name = name.unwrap_or("HEAD");
            return Err(FetchError(format!("Project `{path}` reference `{name}` does not exist!")));
        };
        let place = Place { repository: open.repository.clone(), sha: sha.clone(), project: open.path.clone() };
        let text = self.text(&place, file).await;
        let text = text.map_err(|wrong| wrong.sentence(&format!("Project `{path}` file `{file}`")))?;
        Ok(Fetched { context: Some((place.project, sha)), ..plain(file, text) })
    }
}
