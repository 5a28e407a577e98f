//! `include:component`: versioned files of projects on this server (CI YAML contract §5).

use super::projects::{Opened, Opening};
use super::version::{Version, newest};
use super::{Place, Sources, plain};
use pipewright_ci_config::{FetchError, Fetched};
use std::collections::BTreeMap;

/// The newest released version.
const LATEST: &str = "~latest";

/// `host/group/project/name@version`, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Address<'a> {
    project: &'a str,
    name: &'a str,
    version: &'a str,
}

impl<'a> Address<'a> {
    /// `None` unless it is an address on this host.
    fn read(reference: &'a str, host: &str) -> Option<Self> {
        let (path, version) = reference.split_once('@')?;
        let path = path.strip_prefix(host)?.strip_prefix('/')?;
        let (project, name) = path.rsplit_once('/')?;
        Some(Self { project, name, version })
    }
}

/// A version's commit, and its name if it is a released one.
struct Found {
    sha: String,
    version: Option<String>,
}

impl Sources {
    /// The component's file, with what `$[[ component.* ]]` may show of it.
    pub(super) async fn component(&self, reference: &str) -> Result<Fetched, FetchError> {
        let fail = |why: &str| FetchError(format!("Component '{reference}' - {why}"));
        let url = &self.engine.external_url;
        let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let address = Address::read(reference, host).ok_or_else(|| fail("the component path is not supported"))?;
        let opening = self.open(address.project).await.map_err(|error| fail(&error.to_string()))?;
        let Opening::Open(open) = &*opening else {
            return Err(fail("project does not exist or you don't have sufficient permissions"));
        };
        let missing = || fail("content not found");
        let found = commit(open, address.version).await.ok_or_else(missing)?;
        let place = Place { repository: open.repository.clone(), sha: found.sha.clone(), project: open.path.clone() };
        let name = address.name;
        for path in paths(name) {
            if let Ok(text) = self.text(&place, &path).await {
                let facts = [
                    ("name", Some(name.to_owned())),
                    ("sha", Some(found.sha.clone())),
                    ("version", found.version.clone()),
                    ("reference", Some(address.version.to_owned())),
                ];
                let component: BTreeMap<_, _> = facts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
                self.known.borrow_mut().components.insert(reference.to_owned(), path);
                let context = Some((place.project, found.sha));
                return Ok(Fetched { context, component, ..plain(reference, text) });
            }
        }
        Err(missing())
    }
}

/// Where a component's file may be, in the order in which it is looked for.
fn paths(name: &str) -> [String; 2] {
    [format!("templates/{name}.yml"), format!("templates/{name}/template.yml")]
}

/// `~latest` and parts of versions are looked for among the tags; then a tag, then whatever names a commit.
async fn commit(open: &Opened, wanted: &str) -> Option<Found> {
    let part = (wanted == LATEST).then_some("").or_else(|| Version::is_part(wanted).then_some(wanted));
    if let Some(part) = part {
        let tags = open.repository.tags().await.ok()?;
        let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).collect();
        if let Some(at) = newest(&names, part) {
            return Some(Found { sha: tags[at].commit.clone(), version: Some(tags[at].name.clone()) });
        }
    }
    if let Ok(Some(tag)) = open.repository.tag(wanted).await {
        let version = Version::read(&tag.name).map(|_| tag.name.clone());
        return Some(Found { sha: tag.commit, version });
    }
    let sha = open.repository.resolve(wanted).await.ok()??;
    Some(Found { sha, version: None })
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_is_of_this_host_and_has_a_version() {
        let read = |text| Address::read(text, "ci.example.com:8080");
        let expected = Address { project: "group/sub/project", name: "build", version: "1.2" };
        assert_eq!(read("ci.example.com:8080/group/sub/project/build@1.2"), Some(expected));
        for wrong in ["ci.example.com/g/p/c@1", "ci.example.com:8080/g/p/c", "ci.example.com:8080@1", "@", ""] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
