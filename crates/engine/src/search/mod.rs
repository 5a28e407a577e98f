//! Search: projects and people of the instance, of a group or of a project; code and commits of a project. What the
//! caller may not see is not found.

pub(crate) mod bounded;
mod code;
mod query;

use crate::access::{self, NamespaceRef, ProjectRef, find_group};
use crate::{Caller, Engine, Result};
use pipewright_model::{NamespaceKind, Project, User};
use pipewright_store::members::Places;
use pipewright_store::namespaces::NamespaceFilter;
use pipewright_store::projects::ProjectFilter;
use pipewright_store::users::UserFilter;
use pipewright_store::{Listed, Page, Tx, namespaces, projects, users};

pub use code::{FoundCode, FoundCommit};

/// Most groups of a hierarchy whose members are looked through.
const MOST_GROUPS: i64 = 10_000;

/// Where to search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// Everywhere.
    Instance,
    /// In a group and those below it.
    Group(NamespaceRef),
    /// In a project.
    Project(ProjectRef),
}

impl Engine {
    /// Whether the caller may search there at all: 404 where he may not see it. For what this server does not have.
    pub async fn search_nothing(&self, caller: &Caller, within: Within) -> Result<()> {
        caller.require_user()?;
        match within {
            Within::Instance => Ok(()),
            Within::Group(group) => self.group(caller, &group).await.map(drop),
            Within::Project(project) => self.project(caller, &project).await.map(drop),
        }
    }

    /// Projects with this text in their name or path, newest first, archived ones only if wanted. Nothing is found
    /// in nothing; a project holds no projects.
    pub async fn search_projects(
        &self,
        caller: &Caller,
        within: Within,
        text: &str,
        archived: bool,
        page: Page,
    ) -> Result<Vec<Project>> {
        caller.require_user()?;
        let (caller, text) = (caller.clone(), text.trim().to_owned());
        self.db
            .read(move |tx| {
                let namespaces = match &within {
                    Within::Instance => None,
                    Within::Group(group) => Some(namespaces::descendants(tx, find_group(tx, &caller, group)?.0.id)?),
                    Within::Project(_) => Some(Vec::new()),
                };
                if text.is_empty() {
                    return Ok(Vec::new());
                }
                let filter = ProjectFilter {
                    search: Some(text.clone()),
                    archived: (!archived).then_some(false),
                    namespaces,
                    ..ProjectFilter::default()
                };
                Ok(projects::list(tx, access::viewer(&caller), &filter, page)?.items)
            })
            .await
    }

    /// People with this text in a name. In a group: those with a role in it, or in one above or below it that the
    /// caller sees; in a project: those with a role in it.
    pub async fn search_users(&self, caller: &Caller, within: Within, text: &str, page: Page) -> Result<Listed<User>> {
        caller.require_user()?;
        let (caller, text) = (caller.clone(), text.trim().to_owned());
        self.db
            .read(move |tx| {
                let places = match &within {
                    Within::Instance => None,
                    Within::Group(group) => Some(hierarchy(tx, &caller, group)?),
                    Within::Project(project) => {
                        Some(Places::of_project(tx, &access::standing(tx, &caller, project)?.project)?)
                    }
                };
                if text.is_empty() {
                    return Ok(Listed { items: Vec::new(), total: 0 });
                }
                let filter = UserFilter {
                    search: Some(text.clone()),
                    search_addresses: caller.is_admin(),
                    places,
                    ..UserFilter::default()
                };
                Ok(users::list(tx, &filter, page)?)
            })
            .await
    }
}

/// A group with those above and below it, as far as the caller sees them.
fn hierarchy(tx: &Tx<'_>, caller: &Caller, group: &NamespaceRef) -> Result<Places> {
    let (group, _) = find_group(tx, caller, group)?;
    let above = namespaces::chain(tx, group.id)?.into_iter().map(|above| above.id);
    let filter = NamespaceFilter {
        kind: Some(NamespaceKind::Group),
        among: Some(above.chain(namespaces::descendants(tx, group.id)?).collect()),
        ..NamespaceFilter::default()
    };
    let seen = namespaces::list(tx, access::viewer(caller), &filter, Page::first(MOST_GROUPS))?;
    Ok(Places { namespaces: seen.items.into_iter().map(|group| group.id).collect(), project: None })
}
