//! What was included, for people: where from, and where to look at it.

use super::Sources;
use crate::templates;
use pipewright_ci_config::{Fetched, IncludeLocation};

/// One included file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    /// `local`, `file`, `remote`, `template`, `component` or `artifact`.
    pub kind: &'static str,
    /// As written, expanded.
    pub location: String,
    /// Its page.
    pub blob: Option<String>,
    /// Its text's address.
    pub raw: Option<String>,
    /// Of a file of another project: its path and the ref.
    pub of: Option<(String, String)>,
    /// The project of the file that includes it.
    pub context_project: String,
    /// The commit of the file that includes it.
    pub context_sha: Option<String>,
}

impl Sources {
    /// How one file of a location is shown; `from` is where the including file is, if elsewhere.
    pub(super) fn shown(
        &self,
        location: &IncludeLocation,
        file: &Fetched,
        from: Option<&(String, String)>,
    ) -> Included {
        let own = (self.about.project.full_path.clone(), self.about.sha.clone());
        let context = from.map_or(own.clone(), |(project, sha)| (project.clone(), Some(sha.clone())));
        let at = file.context.as_ref().map_or(own, |(project, sha)| (project.clone(), Some(sha.clone())));
        let url = &self.engine.external_url;
        let page = |what: &str, path: &str| {
            let (project, sha) = &at;
            sha.as_ref().map(|sha| format!("{url}/{project}/-/{what}/{sha}/{path}"))
        };
        let (kind, blob, raw, of) = match location {
            IncludeLocation::Local { .. } => ("local", page("blob", &file.path), page("raw", &file.path), None),
            IncludeLocation::Project { project, ref_name, path } => {
                let of = (project.to_lowercase(), ref_name.clone().unwrap_or_else(|| "HEAD".to_owned()));
                ("file", page("blob", path), page("raw", path), Some(of))
            }
            IncludeLocation::Remote { url, .. } => ("remote", None, Some(url.clone()), None),
            IncludeLocation::Template { name } => {
                let short = name.strip_suffix(templates::SUFFIX).unwrap_or(name);
                let key = short.replace('/', "%2F");
                ("template", None, Some(format!("{url}/api/v4/templates/gitlab_ci_ymls/{key}")), None)
            }
            IncludeLocation::Component { .. } => {
                let path = self.known.borrow().components.get(&file.path).cloned().unwrap_or_default();
                ("component", page("blob", &path), None, None)
            }
            IncludeLocation::Artifact { .. } => ("artifact", None, None, None),
        };
        Included {
            kind,
            location: file.path.clone(),
            blob,
            raw,
            of,
            context_project: context.0,
            context_sha: context.1,
        }
    }
}
