//! What the compiler asks for while it works, answered by this server: included files, changed and
//! existing paths (CI YAML contract §5, §6).
//!
//! The compiler is synchronous and asks seldom; it runs on a thread where waiting is allowed. One
//! [`Sources`] serves one compilation: what it fetched once it has, until a deadline, within a bound of
//! bytes, and as the user who starts the pipeline.

mod address;
mod component;
mod lookup;
mod projects;
pub(crate) mod remote;
mod shown;
mod version;

pub use shown::Included;

use crate::limits::Limits;
use crate::{Engine, templates};
use pipewright_ci_config::{Fetch, FetchError, Fetched, IncludeLocation, NoFiles};
use pipewright_git::{Error as GitError, Repository};
use pipewright_model::{Project, User};
use projects::Opening;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::Instant;

const TIMED_OUT: &str = "Request timed out when fetching configuration files.";
const TOO_MUCH: &str = "Total size of combined CI/CD configuration is too big";

/// What a compilation is about.
pub(crate) struct About {
    /// The project whose pipeline it is.
    pub(crate) project: Project,
    /// Its repository.
    pub(crate) repository: Repository,
    /// The pipeline's commit; `None` in a repository without one.
    pub(crate) sha: Option<String>,
    /// What a push moved the ref from; `None` where there is no range.
    pub(crate) before: Option<String>,
    /// Who starts it: other projects are read with his eyes.
    pub(crate) user: Option<Arc<User>>,
    /// Files of artifacts a bridge includes, by job and path.
    pub(crate) artifacts: HashMap<(String, String), String>,
}

/// Answers one compilation.
pub(crate) struct Sources {
    engine: Engine,
    about: About,
    limits: Limits,
    runtime: Handle,
    deadline: Instant,
    known: RefCell<Known>,
}

/// What was asked before.
#[derive(Default)]
struct Known {
    files: HashMap<IncludeLocation, Result<Vec<Fetched>, FetchError>>,
    projects: HashMap<String, Arc<Opening>>,
    /// Paths of components' files, by reference.
    components: HashMap<String, String>,
    included: Vec<Included>,
    bytes: u64,
}

/// A repository at a commit, and whose it is.
struct Place {
    repository: Repository,
    sha: String,
    project: String,
}

impl Sources {
    /// Begins; from now on the includes' time runs.
    pub(crate) fn new(engine: Engine, about: About, limits: Limits) -> Self {
        let deadline = Instant::now() + Duration::from_secs(limits.include_seconds);
        Self { engine, about, limits, runtime: Handle::current(), deadline, known: RefCell::default() }
    }

    /// What was included, in order, each entry as often as it was named.
    pub(crate) fn included(&self) -> Vec<Included> {
        self.known.borrow().included.clone()
    }

    /// The pipeline's own repository, or the one the includer came from.
    async fn place(&self, of: Option<&(String, String)>) -> Option<Place> {
        match of {
            None => Some(Place {
                repository: self.about.repository.clone(),
                sha: self.about.sha.clone()?,
                project: self.about.project.full_path.clone(),
            }),
            Some((path, sha)) => match &*self.open(path).await.ok()? {
                Opening::Open(open) => {
                    Some(Place { repository: open.repository.clone(), sha: sha.clone(), project: open.path.clone() })
                }
                Opening::Missing | Opening::Denied => None,
            },
        }
    }

    async fn ask(&self, location: &IncludeLocation) -> Result<Vec<Fetched>, FetchError> {
        match location {
            IncludeLocation::Local { path, of } => self.local(path, of.as_ref()).await,
            IncludeLocation::Project { project, ref_name, path } => {
                self.of_project(project, ref_name.as_deref(), path).await.map(|file| vec![file])
            }
            IncludeLocation::Remote { url, integrity } => {
                let text = self.engine.inner.remote.get(url, integrity.as_deref(), &self.limits).await;
                text.map(|text| vec![plain(url, text)]).map_err(FetchError)
            }
            IncludeLocation::Template { name } => template(name).map(|text| vec![plain(name, text.to_owned())]),
            IncludeLocation::Component { reference } => self.component(reference).await.map(|file| vec![file]),
            IncludeLocation::Artifact { job, path } => match self.about.artifacts.get(&(job.clone(), path.clone())) {
                Some(text) => Ok(vec![plain(path, text.clone())]),
                None => NoFiles.fetch(location),
            },
        }
    }

    async fn local(&self, path: &str, of: Option<&(String, String)>) -> Result<Vec<Fetched>, FetchError> {
        let missing = || FetchError(format!("Local file `{path}` does not exist!"));
        let place = self.place(of).await.ok_or_else(missing)?;
        let names = if path.contains('*') { self.matching(&place, path).await? } else { vec![path.to_owned()] };
        let mut files = Vec::new();
        for name in names {
            let text = self.text(&place, &name).await;
            let text = text.map_err(|wrong| wrong.sentence(&format!("Local file `{name}`")))?;
            files.push(Fetched { context: of.cloned(), ..plain(&name, text) });
        }
        if files.is_empty() { Err(missing()) } else { Ok(files) }
    }

    /// Paths a pattern with stars means, sorted.
    async fn matching(&self, place: &Place, pattern: &str) -> Result<Vec<String>, FetchError> {
        let paths = place.repository.paths(&place.sha).await;
        let mut paths =
            paths.map_err(|error| FetchError(format!("Local file `{pattern}` could not be read: {error}")))?;
        paths.retain(|path| pipewright_ci_config::include_matches(pattern, path));
        paths.sort();
        Ok(paths)
    }

    /// A file's text.
    async fn text(&self, place: &Place, path: &str) -> Result<String, NoText> {
        if pipewright_git::check_file_path(path).is_err() {
            return Err(NoText::Missing);
        }
        match place.repository.blob(&place.sha, path, self.limits.config_bytes).await {
            Ok(blob) => String::from_utf8(blob.bytes.to_vec()).map_err(|_| NoText::NotUtf8),
            Err(GitError::NotFound { .. } | GitError::BadName { .. }) => Err(NoText::Missing),
            Err(error) => Err(NoText::Other(error.to_string())),
        }
    }

    /// Counts what came against the bound of one compilation.
    fn count(&self, files: &[Fetched]) -> Result<(), FetchError> {
        let mut known = self.known.borrow_mut();
        known.bytes += files.iter().map(|file| file.text.len() as u64).sum::<u64>();
        if known.bytes > self.limits.includes_bytes { Err(FetchError(TOO_MUCH.to_owned())) } else { Ok(()) }
    }
}

/// Why a file has no text.
enum NoText {
    Missing,
    NotUtf8,
    Other(String),
}

impl NoText {
    /// The sentence about a file, which is named as its kind is.
    fn sentence(self, file: &str) -> FetchError {
        FetchError(match self {
            Self::Missing => format!("{file} does not exist!"),
            Self::NotUtf8 => format!("{file} is not valid UTF-8!"),
            Self::Other(error) => format!("{file} could not be read: {error}"),
        })
    }
}

fn plain(path: &str, text: String) -> Fetched {
    Fetched { path: path.to_owned(), text, context: None, component: BTreeMap::new() }
}

fn template(name: &str) -> Result<&'static str, FetchError> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    if !matches!(ending.as_deref(), Some("yml" | "yaml")) {
        return Err(FetchError(format!("Included file `{name}` does not have YAML extension!")));
    }
    let short = name
        .strip_suffix(templates::SUFFIX)
        .ok_or_else(|| FetchError(format!("Template file `{name}` is not a valid location!")))?;
    let found = templates::find(short);
    found
        .map(|template| template.content)
        .ok_or_else(|| FetchError(format!("Included file `{name}` is empty or does not exist!")))
}

impl Fetch for Sources {
    fn fetch(&self, location: &IncludeLocation) -> Result<Vec<Fetched>, FetchError> {
        self.fetch_from(location, None)
    }

    fn fetch_from(
        &self,
        location: &IncludeLocation,
        from: Option<&(String, String)>,
    ) -> Result<Vec<Fetched>, FetchError> {
        let known = self.known.borrow().files.get(location).cloned();
        let found = if let Some(known) = known {
            known
        } else {
            let asked = async { tokio::time::timeout_at(self.deadline, self.ask(location)).await };
            let found = self.runtime.block_on(asked).unwrap_or_else(|_| Err(FetchError(TIMED_OUT.to_owned())));
            self.known.borrow_mut().files.insert(location.clone(), found.clone());
            found
        }?;
        // A file named again is read and merged again, so it counts again.
        self.count(&found)?;
        let included = found.iter().map(|file| self.shown(location, file, from)).collect::<Vec<_>>();
        self.known.borrow_mut().included.extend(included);
        Ok(found)
    }
}
