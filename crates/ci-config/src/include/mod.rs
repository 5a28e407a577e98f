//! `include`: files that come before the one that names them (CI YAML contract §5).

pub(crate) mod entry;
mod wildcard;

pub use wildcard::include_matches;

use crate::config::field::Field;
use crate::cx::Cx;
use crate::expand::Missing;
use crate::facts::{Fetched, IncludeLocation};
use crate::file;
use crate::merge;
use crate::report::At;
use crate::scope::{Known, Scope};
use crate::seed::{Paths, rules};
use crate::yaml::Map;
use entry::Entry;
use pipewright_model::When;
use std::rc::Rc;

/// Files one pipeline may include, each time counted.
pub const MAX_INCLUDES: usize = 150;

/// GitLab's sentence about more.
pub(crate) fn too_many() -> String {
    format!("Maximum of {MAX_INCLUDES} nested includes are allowed!")
}

/// Where the file being read comes from.
#[derive(Clone, Debug, Default)]
struct Origin {
    /// Another project at a ref.
    project: Option<(String, String)>,
    /// A remote file or a template: it has no repository to take local files from.
    rootless: bool,
}

/// The resolution of one root file's includes.
pub(crate) struct Includes<'a> {
    cx: &'a Cx<'a>,
    scope: Scope<'a>,
    paths: Paths<'a>,
}

impl<'a> Includes<'a> {
    pub(crate) fn new(cx: &'a Cx<'a>, known: &'a Known<'a>) -> Self {
        Self { cx, scope: Scope::outside(known), paths: Paths::new(cx.files) }
    }

    /// The root file with everything it includes, `include` itself left out.
    pub(crate) fn resolve(&self, root: &Rc<Map>) -> Rc<Map> {
        self.expand(root, &Origin::default())
    }

    fn expand(&self, map: &Rc<Map>, origin: &Origin) -> Rc<Map> {
        let at = At::root("include");
        if !map.has("include") {
            return map.clone();
        }
        let mut own = (**map).clone();
        own.remove("include");
        let Some(field) = map.get("include").filter(|node| !node.is_null()) else { return Rc::new(own) };
        let field = Field { report: &self.cx.report, at, attribute: "config", node: field };
        let mut merged: Option<Map> = None;
        for entry in entry::read(self.cx, &field) {
            if !self.wanted(&entry) {
                continue;
            }
            for location in &entry.locations {
                for part in self.fetch(location, &entry, origin) {
                    merged = Some(match merged {
                        None => (*part).clone(),
                        Some(below) => merge::maps(&below, &part),
                    });
                }
            }
        }
        Rc::new(merged.map_or_else(|| own.clone(), |below| merge::maps(&below, &own)))
    }

    /// The entry's rules, if any, let it in.
    fn wanted(&self, entry: &Entry) -> bool {
        let Some(list) = &entry.rules else { return true };
        match rules::first_match(list, &self.scope, &self.paths) {
            Ok(rule) => rule.is_some_and(|rule| rule.when != Some(When::Never)),
            Err(why) => {
                self.cx.report.plain(Some(&At::root("include")), Some(entry.span), why);
                false
            }
        }
    }

    /// The files of one location, each with its own includes merged in.
    fn fetch(&self, location: &IncludeLocation, entry: &Entry, origin: &Origin) -> Vec<Rc<Map>> {
        let fail = |message: String| {
            let at = At::root("include");
            self.cx.report.plain(Some(&at), Some(entry.span), self.scope.mask(&message));
        };
        if self.cx.included.get() > MAX_INCLUDES {
            return Vec::new();
        }
        let location = self.located(location, origin);
        let shown = shown(&location);
        if let Some(path) = yaml_path(&location)
            && !is_yaml(path)
        {
            fail(format!("Included file `{shown}` does not have YAML extension!"));
            return Vec::new();
        }
        if origin.rootless && matches!(location, IncludeLocation::Local { .. }) {
            fail(format!("Local file `{shown}` does not have project!"));
            return Vec::new();
        }
        let fetched = match self.cx.files.fetch_from(&location, origin.project.as_ref()) {
            Ok(fetched) => fetched,
            Err(error) => {
                fail(error.0);
                return Vec::new();
            }
        };
        let rootless = matches!(location, IncludeLocation::Remote { .. } | IncludeLocation::Template { .. });
        let mut parts = Vec::new();
        for one in fetched {
            self.cx.included.set(self.cx.included.get() + 1);
            if self.cx.included.get() > MAX_INCLUDES {
                fail(too_many());
                return Vec::new();
            }
            if one.text.trim().is_empty() {
                fail(empty(&location, &one.path));
                continue;
            }
            parts.extend(self.read(&one, entry, origin, rootless));
        }
        parts
    }

    fn read(&self, one: &Fetched, entry: &Entry, origin: &Origin, rootless: bool) -> Option<Rc<Map>> {
        let map = file::read_included(self.cx, one, &entry.inputs, entry.span, &self.scope)?;
        let project = one.context.clone().or_else(|| origin.project.clone());
        Some(self.expand(&map, &Origin { project, rootless }))
    }

    /// A location relative to the file that names it.
    fn located(&self, location: &IncludeLocation, origin: &Origin) -> IncludeLocation {
        match expanded(location, &self.scope) {
            IncludeLocation::Local { path, .. } => IncludeLocation::Local { path, of: origin.project.clone() },
            other => other,
        }
    }
}

/// A location with its variables expanded.
pub(crate) fn expanded(location: &IncludeLocation, scope: &Scope<'_>) -> IncludeLocation {
    let text = |text: &String| scope.expand(text, Missing::Keep);
    let path = |path: &String| text(path).trim_start_matches('/').to_owned();
    match location {
        IncludeLocation::Local { path: local, of } => IncludeLocation::Local { path: path(local), of: of.clone() },
        IncludeLocation::Project { project, ref_name, path: file } => {
            IncludeLocation::Project { project: text(project), ref_name: ref_name.as_ref().map(text), path: path(file) }
        }
        IncludeLocation::Remote { url, integrity } => {
            IncludeLocation::Remote { url: text(url), integrity: integrity.clone() }
        }
        IncludeLocation::Template { name } => IncludeLocation::Template { name: text(name) },
        IncludeLocation::Component { reference } => IncludeLocation::Component { reference: text(reference) },
        IncludeLocation::Artifact { job, path } => IncludeLocation::Artifact { job: text(job), path: text(path) },
    }
}

/// The path that must end like a YAML file.
fn yaml_path(location: &IncludeLocation) -> Option<&str> {
    match location {
        IncludeLocation::Local { path, .. } | IncludeLocation::Project { path, .. } => Some(path),
        IncludeLocation::Remote { url, .. } => Some(url.split(['?', '#']).next().unwrap_or(url)),
        IncludeLocation::Template { .. } | IncludeLocation::Component { .. } | IncludeLocation::Artifact { .. } => None,
    }
}

/// The ending, in any letter case, behind a name.
fn is_yaml(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).is_some_and(|name| !name.is_empty())
}

fn shown(location: &IncludeLocation) -> &str {
    match location {
        IncludeLocation::Local { path, .. }
        | IncludeLocation::Project { path, .. }
        | IncludeLocation::Artifact { path, .. } => path,
        IncludeLocation::Remote { url, .. } => url,
        IncludeLocation::Template { name } => name,
        IncludeLocation::Component { reference } => reference,
    }
}

fn empty(location: &IncludeLocation, path: &str) -> String {
    match location {
        IncludeLocation::Local { .. } => format!("Local file `{path}` is empty!"),
        IncludeLocation::Project { project, .. } => format!("Project `{project}` file `{path}` is empty!"),
        IncludeLocation::Remote { .. } | IncludeLocation::Template { .. } => {
            format!("Included file `{path}` is empty or does not exist!")
        }
        IncludeLocation::Component { reference } => format!("Component '{reference}' - content not found"),
        IncludeLocation::Artifact { .. } => format!("Artifact file `{path}` is empty!"),
    }
}
