//! Deleting projects: gone for everybody at once, their rows, bytes and repositories soon after.

use crate::access::{self, Ability, ProjectRef};
use crate::work::{self, Taken, Work};
use crate::{Caller, Engine, Error, Result, Unchanged};
use pipewright_model::{NamespaceId, Project, ProjectId, Timestamp};
use pipewright_store::namespaces::Viewer;
use pipewright_store::projects::ProjectFilter;
use pipewright_store::{Page, Tx, namespaces, projects};

/// Most projects deleted with their group in one transaction.
const MOST_WITH_GROUP: i64 = 1000;

impl Engine {
    /// Deletes a project; its owners.
    pub async fn delete_project(&self, caller: &Caller, project: &ProjectRef, unchanged: Unchanged) -> Result<()> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::OwnProject)?;
                unchanged.check(project.updated_at)?;
                mark(tx, project.id, now)
            })
            .await?;
        self.bells.ring_work();
        Ok(())
    }

    /// Deals with [`Work::RemoveProject`]: rows first, then what they named.
    pub async fn remove_project(&self, taken: Taken, id: ProjectId) -> Result<()> {
        self.db.write(move |tx| Ok::<_, Error>(projects::remove(tx, id)?)).await?;
        self.git.repository(&Project::repository_of(id))?.delete().await?;
        self.db.write(move |tx| work::done(tx, &taken)).await
    }
}

/// Marks a project as deleted and leaves the rest as work.
pub(super) fn mark(tx: &Tx<'_>, id: ProjectId, now: Timestamp) -> Result<()> {
    if projects::mark_deleted(tx, id, now)? {
        work::enqueue(tx, &Work::RemoveProject { project_id: id }, now)?;
    }
    Ok(())
}

/// Removes a group, the groups below it and the rows of their projects; bytes and repositories are left
/// as work.
pub(crate) fn mark_group(tx: &Tx<'_>, group: NamespaceId, now: Timestamp) -> Result<()> {
    let groups = namespaces::descendants(tx, group)?;
    if projects::count_in(tx, &groups)? > MOST_WITH_GROUP {
        return Err(Error::Conflict("409 Conflict: the group has too many projects; delete some first".to_owned()));
    }
    let filter = ProjectFilter { namespaces: Some(groups.clone()), ..ProjectFilter::default() };
    for project in projects::list(tx, Viewer::Admin, &filter, Page::first(MOST_WITH_GROUP))?.items {
        mark(tx, project.id, now)?;
    }
    // Those marked earlier too: a namespace goes only when nothing is in it.
    for id in projects::marked_in(tx, &groups)? {
        projects::remove(tx, id)?;
    }
    namespaces::delete(tx, group)?;
    Ok(())
}
