//! The work tree as the compiler sees it: includes from the folder, paths from git.

use super::checkout::Checkout;
use super::git;
use super::projects::Projects;
use super::read;
use pipewright_ci_config::facts::{Changes, Exists, FetchError, Fetched, IncludeLocation};
use pipewright_ci_config::{Fetch, Lookup, NoFiles, include_matches};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};

/// More paths than this are not looked through: a folder that is no repository may hold a whole disk.
const MAX_PATHS: usize = 100_000;
/// The end of every refusal to fetch.
const ELSEWHERE: &str = "lint on a server with --server URL";

/// What changed, for `rules:changes`.
#[derive(Debug)]
pub(super) enum Changed {
    /// Not said: everything counts as changed.
    Unknown,
    /// These paths, whatever they are compared with.
    Given(Vec<String>),
    /// What git says since this commit.
    Since(String),
}

/// Answers the compiler out of a checkout.
pub(super) struct WorkTree<'a> {
    checkout: &'a Checkout,
    projects: Projects,
    changed: Changed,
    /// A rule asked for changes that nobody told.
    guessed: Cell<bool>,
    /// Texts handed out, for messages that show a line.
    texts: RefCell<HashMap<String, String>>,
}

impl<'a> WorkTree<'a> {
    pub(super) fn new(checkout: &'a Checkout, projects: Projects, changed: Changed) -> Self {
        Self { checkout, projects, changed, guessed: Cell::new(false), texts: RefCell::default() }
    }

    /// Keeps the text of a file that messages may point into.
    pub(super) fn remember(&self, name: &str, text: &str) {
        self.texts.borrow_mut().insert(name.to_owned(), text.to_owned());
    }

    /// Shows no lines of a file any more.
    pub(super) fn forget(&self, name: &str) {
        self.texts.borrow_mut().remove(name);
    }

    /// One line of a file that was compiled, counted from 1.
    pub(super) fn line(&self, file: &str, number: u32) -> Option<String> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        self.texts.borrow().get(file)?.lines().nth(at).map(str::to_owned)
    }

    /// Whether a rule asked for changes and took "everything" for an answer.
    pub(super) fn guessed_changes(&self) -> bool {
        self.guessed.get()
    }

    fn fetched(&self, file: Fetched) -> Fetched {
        self.remember(&file.path, &file.text);
        file
    }

    fn local(&self, path: &str) -> Result<Vec<Fetched>, FetchError> {
        let missing = || FetchError(format!("Local file `{path}` does not exist!"));
        let names = if path.contains('*') {
            let mut names: Vec<String> =
                all_paths(self.checkout).into_iter().filter(|name| include_matches(path, name)).collect();
            names.sort();
            names
        } else {
            vec![path.to_owned()]
        };
        let files = names.into_iter().filter_map(|name| {
            let text = read::file(&inside(&self.checkout.root, &name)?);
            Some(text.map(|text| plain(name.clone(), text)).map_err(|error| match error {
                read::Error::Missing => missing(),
                other => FetchError(format!("Local file `{name}` {other}")),
            }))
        });
        let files = files.collect::<Result<Vec<_>, _>>()?;
        if files.is_empty() { Err(missing()) } else { Ok(files) }
    }

    fn since(&self, commit: &str) -> Option<Vec<String>> {
        let root = &self.checkout.root;
        let diff = ["diff", "--name-only", "--no-ext-diff", "--no-renames", "-z", "--end-of-options", commit, "--"];
        let mut paths = git::paths(root, &diff)?;
        paths.extend(git::paths(root, &["ls-files", "-z", "--others", "--exclude-standard"])?);
        Some(paths)
    }

    /// What the checkout adds to a branch since both went apart.
    fn compared(&self, to: &str) -> Option<Vec<String>> {
        let root = &self.checkout.root;
        let places = [to.to_owned(), format!("refs/remotes/origin/{to}")];
        places.iter().find_map(|place| {
            let base = git::text(root, &["merge-base", "--end-of-options", place, "HEAD"])?;
            self.since(&base)
        })
    }
}

/// A file without a context of its own.
pub(super) fn plain(path: String, text: String) -> Fetched {
    Fetched { path, text, context: None, component: BTreeMap::new() }
}

/// A path that stays under a folder.
pub(super) fn inside(root: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    path.components().all(|part| matches!(part, Component::Normal(_))).then(|| root.join(path))
}

/// Every file of the work tree that is not ignored.
fn all_paths(checkout: &Checkout) -> Vec<String> {
    let listed = || git::paths(&checkout.root, &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    checkout.is_git.then(listed).flatten().unwrap_or_else(|| walked(&checkout.root))
}

fn walked(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if found.len() >= MAX_PATHS {
                return found;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(_) => found.extend(entry.path().strip_prefix(root).ok().map(|name| name.display().to_string())),
                Err(_) => {}
            }
        }
    }
    found
}

impl Fetch for WorkTree<'_> {
    fn fetch(&self, location: &IncludeLocation) -> Result<Vec<Fetched>, FetchError> {
        let files = match location {
            IncludeLocation::Local { path, of: None } => self.local(path),
            IncludeLocation::Local { path, of: Some((project, at)) } => self.projects.file(project, Some(at), path),
            IncludeLocation::Project { project, ref_name, path } => {
                self.projects.file(project, ref_name.as_deref(), path)
            }
            IncludeLocation::Component { reference } => self.projects.component(reference),
            IncludeLocation::Remote { url, .. } => {
                Err(FetchError(format!("Remote file `{url}` is not fetched by lint, which works offline: {ELSEWHERE}")))
            }
            IncludeLocation::Template { name } => {
                Err(FetchError(format!("Template file `{name}` is not known here: {ELSEWHERE}")))
            }
            IncludeLocation::Artifact { .. } => NoFiles.fetch(location),
        };
        files.map(|files| files.into_iter().map(|file| self.fetched(file)).collect())
    }
}

impl Lookup for WorkTree<'_> {
    fn changed_paths(&self, against: &Changes) -> Result<Option<Vec<String>>, FetchError> {
        match (&self.changed, against) {
            (Changed::Given(paths), _) => Ok(Some(paths.clone())),
            (_, Changes::To(name)) => match self.compared(name) {
                Some(paths) => Ok(Some(paths)),
                None => Err(FetchError("rules:changes:compare_to is not a valid ref".to_owned())),
            },
            (Changed::Since(commit), Changes::Range) => match self.since(commit) {
                Some(paths) => Ok(Some(paths)),
                None => Err(FetchError(format!("git cannot say what changed since `{commit}`"))),
            },
            (Changed::Unknown, Changes::Range) => {
                self.guessed.set(true);
                Ok(None)
            }
        }
    }

    fn paths(&self, of: &Exists) -> Result<Vec<String>, FetchError> {
        match of {
            Exists::Here => {
                let tracked = || git::paths(&self.checkout.root, &["ls-files", "-z", "--cached"]);
                Ok(self.checkout.is_git.then(tracked).flatten().unwrap_or_else(|| walked(&self.checkout.root)))
            }
            Exists::In { project, .. } => match self.projects.checkout(project) {
                Some(checkout) => Ok(all_paths(&checkout)),
                None => Err(FetchError(format!("rules:exists:project `{project}` is not a valid project"))),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::inside;
    use std::path::Path;

    #[test]
    fn paths_stay_in_the_tree() {
        let root = Path::new("/tree");
        assert!(inside(root, "ci/a.yml").is_some());
        assert!(inside(root, "../a.yml").is_none() && inside(root, "/etc/passwd").is_none());
    }
}
