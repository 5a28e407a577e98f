//! Other projects' work trees: where `include:project` and components come from without a server.

use super::checkout::Checkout;
use super::files::inside;
use super::read;
use crate::error::{Error, Result};
use pipewright_ci_config::facts::{FetchError, Fetched};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Folders by project. A work tree counts as it is, whatever ref an include names.
#[derive(Debug, Default)]
pub(super) struct Projects {
    folders: BTreeMap<String, PathBuf>,
}

impl Projects {
    /// As given on the command line; `own` is this project and its work tree.
    pub(super) fn new(given: &[(String, String)], own: Option<(&str, PathBuf)>) -> Result<Self> {
        let mut folders = BTreeMap::new();
        folders.extend(own.map(|(project, folder)| (project.to_lowercase(), folder)));
        for (project, folder) in given {
            let path = PathBuf::from(folder);
            let path = path.canonicalize().map_err(Error::path(&path))?;
            folders.insert(project.trim_matches('/').to_lowercase(), path);
        }
        Ok(Self { folders })
    }

    /// A project's work tree.
    pub(super) fn checkout(&self, project: &str) -> Option<Checkout> {
        let root = self.folders.get(&project.to_lowercase())?.clone();
        let is_git = root.join(".git").exists();
        Some(Checkout { root, is_git })
    }

    /// One file of a project.
    pub(super) fn file(&self, project: &str, at: Option<&str>, path: &str) -> Result<Vec<Fetched>, FetchError> {
        let folder = self.folders.get(&project.to_lowercase()).ok_or_else(|| not_here(project))?;
        let name = match at {
            Some(at) => format!("{project}@{at}:{path}"),
            None => format!("{project}:{path}"),
        };
        let text = inside(folder, path).map_or(Err(read::Error::Missing), |path| read::file(&path));
        let text = text.map_err(|error| match error {
            read::Error::Missing => FetchError(format!("Project `{project}` file `{path}` does not exist!")),
            other => FetchError(format!("Project `{project}` file `{path}` {other}")),
        })?;
        let context = Some((project.to_owned(), at.unwrap_or("HEAD").to_owned()));
        Ok(vec![Fetched { path: name, text, context, component: BTreeMap::new() }])
    }

    /// `host/group/project/name@version`: `templates/name.yml` or `templates/name/template.yml`.
    pub(super) fn component(&self, reference: &str) -> Result<Vec<Fetched>, FetchError> {
        let shape = || {
            FetchError(format!(
                "Component `{reference}` should be of the form `<host>/<group>/<project>/<name>@<version>`"
            ))
        };
        let (path, version) = reference.rsplit_once('@').ok_or_else(shape)?;
        let (_, path) = path.split_once('/').ok_or_else(shape)?;
        let (project, name) = path.rsplit_once('/').ok_or_else(shape)?;
        let places = [format!("templates/{name}.yml"), format!("templates/{name}/template.yml")];
        let folder = self.folders.get(&project.to_lowercase()).ok_or_else(|| not_here(project))?;
        let place = places.iter().find(|place| inside(folder, place).is_some_and(|path| path.is_file()));
        let place = place.ok_or_else(|| FetchError(format!("Component `{reference}` has no `{}`", places[0])))?;
        let mut files = self.file(project, Some(version), place)?;
        for file in &mut files {
            file.component = about(name, version);
        }
        Ok(files)
    }
}

/// What `$[[ component.* ]]` shows.
fn about(name: &str, version: &str) -> BTreeMap<String, Option<String>> {
    let is_sha = version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_semver = version.split('.').count() == 3 && version.starts_with(|c: char| c.is_ascii_digit());
    let told = |is: bool| is.then(|| version.to_owned());
    BTreeMap::from([
        ("name".to_owned(), Some(name.to_owned())),
        ("reference".to_owned(), told(true)),
        ("version".to_owned(), told(is_semver)),
        ("sha".to_owned(), told(is_sha)),
    ])
}

fn not_here(project: &str) -> FetchError {
    FetchError(format!(
        "Project `{project}` is not here: name its work tree with --include-project {project}=PATH, or lint on a server with --server URL"
    ))
}
