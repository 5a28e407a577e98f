//! The work tree as the compiler sees it: includes and `rules:exists` from the folder.

use crate::error::{Error, Result};
use globset::GlobBuilder;
use pipewright_ci_config::facts::{Changes, Exists, FetchError, Fetched, IncludeLocation};
use pipewright_ci_config::{Fetch, Lookup, NoFiles};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

const CI_FILE: &str = ".gitlab-ci.yml";
/// More paths than this are not looked through: a folder that is no repository may hold a whole disk.
const MAX_PATHS: usize = 100_000;

/// A file and the folder its paths are relative to.
pub(crate) struct WorkTree {
    /// The file to compile.
    pub(crate) file: PathBuf,
    root: PathBuf,
}

impl WorkTree {
    /// The tree around a file, or around the current folder.
    pub(crate) fn around(file: Option<&Path>) -> Result<Self> {
        let here = file.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        let here = here.unwrap_or(Path::new("."));
        let here = here.canonicalize().map_err(Error::path(here))?;
        let current = std::env::current_dir().ok().filter(|current| here.starts_with(current));
        let root = here.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned);
        let root = root.or(current).unwrap_or_else(|| here.clone());
        let file = match file.and_then(Path::file_name) {
            Some(name) => here.join(name),
            None => root.join(CI_FILE),
        };
        Ok(Self { file, root })
    }

    /// The file's path from the root, for messages.
    pub(crate) fn name(&self) -> String {
        self.file.strip_prefix(&self.root).unwrap_or(&self.file).display().to_string()
    }

    /// The text of a file named in a message.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.inside(name)?).ok()
    }

    /// The branch that is checked out.
    pub(crate) fn branch(&self) -> Option<String> {
        self.symbolic_ref("HEAD")
    }

    /// The branch `CI_DEFAULT_BRANCH` would name: the remote's, else the usual one.
    pub(crate) fn default_branch(&self) -> String {
        let remote = self.symbolic_ref("refs/remotes/origin/HEAD");
        let remote = remote.and_then(|name| name.strip_prefix("origin/").map(str::to_owned));
        let old = || self.branch().filter(|name| name == "master");
        remote.or_else(old).unwrap_or_else(|| "main".to_owned())
    }

    fn symbolic_ref(&self, name: &str) -> Option<String> {
        let mut git = Command::new("git");
        let output = git.arg("-C").arg(&self.root).args(["symbolic-ref", "--quiet", "--short", name]).output().ok()?;
        let name = String::from_utf8(output.stdout).ok()?;
        (output.status.success() && !name.trim().is_empty()).then(|| name.trim().to_owned())
    }

    /// A path that stays in the tree.
    fn inside(&self, path: &str) -> Option<PathBuf> {
        let path = Path::new(path.trim_start_matches('/'));
        path.components().all(|part| matches!(part, Component::Normal(_))).then(|| self.root.join(path))
    }

    fn all_paths(&self) -> Vec<String> {
        let mut git = Command::new("git");
        git.arg("-C").arg(&self.root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        if let Ok(output) = git.output()
            && output.status.success()
        {
            return String::from_utf8_lossy(&output.stdout).split_terminator('\0').map(str::to_owned).collect();
        }
        let mut found = Vec::new();
        walk(&self.root, &self.root, &mut found);
        found
    }

    fn local(&self, path: &str) -> Result<Vec<Fetched>, FetchError> {
        let missing = || FetchError(format!("Local file `{path}` does not exist!"));
        let names = if path.contains('*') {
            let glob = GlobBuilder::new(path.trim_start_matches('/')).literal_separator(true).build();
            let glob = glob.map_err(|_| missing())?.compile_matcher();
            let mut names: Vec<String> = self.all_paths().into_iter().filter(|name| glob.is_match(name)).collect();
            names.sort();
            names
        } else {
            vec![path.trim_start_matches('/').to_owned()]
        };
        let files: Vec<Fetched> = names
            .into_iter()
            .filter_map(|name| {
                let text = self.text(&name)?;
                Some(Fetched { path: name, text, context: None, component: BTreeMap::new() })
            })
            .collect();
        if files.is_empty() { Err(missing()) } else { Ok(files) }
    }
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if found.len() >= MAX_PATHS {
            return;
        }
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(root, &path, found),
            Ok(_) => found.extend(path.strip_prefix(root).ok().map(|name| name.display().to_string())),
            Err(_) => {}
        }
    }
}

impl Fetch for WorkTree {
    fn fetch(&self, location: &IncludeLocation) -> Result<Vec<Fetched>, FetchError> {
        match location {
            IncludeLocation::Local { path, of: None } => self.local(path),
            other => NoFiles.fetch(other),
        }
    }
}

impl Lookup for WorkTree {
    fn changed_paths(&self, _: &Changes) -> Result<Option<Vec<String>>, FetchError> {
        Ok(None)
    }

    fn paths(&self, of: &Exists) -> Result<Vec<String>, FetchError> {
        match of {
            Exists::Here => Ok(self.all_paths()),
            Exists::In { .. } => NoFiles.paths(of),
        }
    }
}
