//! Moving a project to another namespace.

use crate::access::{self, Ability, NamespaceRef, ProjectRef, load_namespace, namespace_role};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{AccessLevel, Namespace, NamespaceKind, Project, Timestamp};
use pipewright_store::namespaces::NamespaceFilter;
use pipewright_store::{Listed, Page, Tx, namespaces, projects};

impl Engine {
    /// Moves a project with everything in it; its owners, to where they are maintainers. It is shown to no
    /// more people than the new group, and still found at its old address until somebody takes that.
    pub async fn transfer_project(&self, caller: &Caller, project: &ProjectRef, to: NamespaceRef) -> Result<Project> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        self.db.write(move |tx| transfer(tx, &caller, &project, &to, now)).await
    }
}

impl Engine {
    /// The groups a project's owner may move it to: those he is at least a maintainer of, but for the one it is in.
    pub async fn project_transfer_locations(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        search: Option<String>,
        page: Page,
    ) -> Result<Listed<Namespace>> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::OwnProject)?;
                let filter = NamespaceFilter {
                    kind: Some(NamespaceKind::Group),
                    search: search.clone(),
                    least: Some((caller.require_user()?.id, AccessLevel::Maintainer.number())),
                    except: vec![project.namespace_id],
                    ..NamespaceFilter::default()
                };
                Ok(namespaces::list(tx, access::viewer(&caller), &filter, page)?)
            })
            .await
    }
}

fn transfer(tx: &Tx<'_>, caller: &Caller, project: &ProjectRef, to: &NamespaceRef, now: Timestamp) -> Result<Project> {
    let mut project = access::find_project(tx, caller, project, Ability::OwnProject)?;
    let missing = || Error::missing("Namespace");
    let to = load_namespace(tx, to)?.ok_or_else(missing)?;
    let role = namespace_role(tx, caller, &to)?;
    if role == AccessLevel::None {
        return Err(missing());
    }
    if to.id == project.namespace_id {
        return Err(failed("Project is already in this namespace."));
    }
    let external = to.kind == NamespaceKind::User && caller.user().is_some_and(|user| user.external);
    if role < AccessLevel::Maintainer || external {
        return Err(failed("You don't have permission to transfer projects into that namespace."));
    }
    let full = format!("{}/{}", to.full_path, project.path);
    if projects::by_path(tx, &full)?.is_some() || namespaces::by_path(tx, &full)?.is_some() {
        return Err(failed("Project with same name or path in target namespace already exists"));
    }
    project.namespace_id = to.id;
    project.full_path = full;
    if to.kind == NamespaceKind::Group {
        project.visibility = project.visibility.min(to.visibility);
    }
    project.updated_at = now;
    projects::update(tx, &project)?;
    Ok(project)
}

fn failed(why: &str) -> Error {
    Error::BadRequest(format!("Failed to transfer project {{:new_namespace=>[\"{why}\"]}}"))
}
