//! Projects with what their shapes show of other tables.

use crate::shape;
use pipewright_engine::{Engine, Result};
use pipewright_http_kit::Call;
use pipewright_model::{Namespace, NamespaceId, Project, User};
use pipewright_wire::projects::{Project as Whole, ProjectBasic};
use std::collections::HashMap;

/// Namespaces and owners of some projects.
struct Around {
    chains: HashMap<NamespaceId, Vec<Namespace>>,
    owners: Vec<User>,
}

impl Around {
    async fn read(engine: &Engine, projects: &[Project]) -> Result<Self> {
        let ids = projects.iter().map(|project| project.namespace_id).collect();
        let chains = engine.namespace_chains(ids).await?;
        let owners = chains.iter().filter_map(|chain| chain.last()?.owner_id).collect();
        let owners = engine.users_by_id(owners).await?;
        let by_id = |chain: Vec<Namespace>| Some((chain.last()?.id, chain));
        Ok(Self { chains: chains.into_iter().filter_map(by_id).collect(), owners })
    }

    fn chain(&self, project: &Project) -> &[Namespace] {
        self.chains.get(&project.namespace_id).map(Vec::as_slice).unwrap_or_default()
    }

    fn owner(&self, project: &Project) -> Option<&User> {
        let id = self.chain(project).last()?.owner_id?;
        self.owners.iter().find(|user| user.id == id)
    }
}

/// One project, whole, with the caller's roles.
pub(super) async fn one<R>(call: &Call<R>, project: &Project) -> Result<Whole> {
    let around = Around::read(&call.engine, std::slice::from_ref(project)).await?;
    let roles = call.engine.own_roles(&call.caller, project).await?;
    let base = &call.engine.external_url;
    Ok(shape::project::whole(project, around.chain(project), around.owner(project), roles, base))
}

/// Several projects, whole.
pub(super) async fn many(engine: &Engine, projects: &[Project]) -> Result<Vec<Whole>> {
    let around = Around::read(engine, projects).await?;
    let whole = |project: &Project| {
        shape::project::whole(project, around.chain(project), around.owner(project), None, &engine.external_url)
    };
    Ok(projects.iter().map(whole).collect())
}

/// Several projects, in short.
pub(super) async fn simple(engine: &Engine, projects: &[Project]) -> Result<Vec<ProjectBasic>> {
    let around = Around::read(engine, projects).await?;
    let basic = |project: &Project| shape::project::basic(project, around.chain(project), &engine.external_url);
    Ok(projects.iter().map(basic).collect())
}
