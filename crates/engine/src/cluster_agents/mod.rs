//! Agents of clusters: registered in a project whose repository configures them, used by jobs of that project
//! and of those its files let in (Jobs API contract §8.2).
//!
//! An agent's file is `.gitlab/agents/<name>/config.yaml` on the default branch. It is read whenever that
//! branch moves, another branch becomes the default one, or an agent is registered; what it says is kept by
//! address, so that projects and groups that are made or renamed later are let in as the file says.

pub(crate) mod config;
mod refresh;
mod tokens;

pub(crate) use refresh::{branches_moved, reread};

use crate::access::{ProjectRef, Standing, standing};
use crate::{Caller, Engine, Error, Result, Unchanged};
use pipewright_model::{AccessLevel, ClusterAgent, ClusterAgentId, Namespace, Project};
use pipewright_store::cluster_agents::{self, NewClusterAgent};
use pipewright_store::{Listed, Page, Tx, namespaces};

/// Most agents of one project.
pub const MOST_AGENTS: i64 = 500;
/// Longest name of an agent, characters: it stands in names of clusters' objects.
const LONGEST_NAME: usize = 63;

/// Agents of one project, and what they show of it.
#[derive(Clone, Debug)]
pub struct AgentsOfProject {
    /// The project.
    pub project: Project,
    /// Its namespace with the groups above it, the outermost first.
    pub chain: Vec<Namespace>,
    /// The agents.
    pub agents: Listed<ClusterAgent>,
}

impl Engine {
    /// A project's agents by name; for developers. To others it has none to ask for (404).
    pub async fn cluster_agents(&self, caller: &Caller, project: &ProjectRef, page: Page) -> Result<AgentsOfProject> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                if !may_read(&standing) {
                    return Err(Error::missing("ClusterAgents"));
                }
                let agents = cluster_agents::list(tx, standing.project.id, page)?;
                of_project(tx, standing.project, agents)
            })
            .await
    }

    /// One agent; for developers.
    pub async fn cluster_agent(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: ClusterAgentId,
    ) -> Result<AgentsOfProject> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                let agent = find(tx, &standing, id)?;
                of_project(tx, standing.project, Listed { items: vec![agent], total: 1 })
            })
            .await
    }

    /// Registers an agent; for maintainers. Its file is read right after.
    pub async fn create_cluster_agent(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        name: String,
    ) -> Result<AgentsOfProject> {
        let created_by = caller.require_user()?.id;
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        let made = self
            .db
            .write(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                require_write(&standing)?;
                let project_id = standing.project.id;
                check_name(&name)?;
                if cluster_agents::by_name(tx, project_id, &name)?.is_some() {
                    return Err(bad("Name has already been taken"));
                }
                if cluster_agents::list(tx, project_id, Page::first(1))?.total >= MOST_AGENTS {
                    return Err(bad(&format!("A project can have only {MOST_AGENTS} agents")));
                }
                let new = NewClusterAgent { project_id, name: name.clone(), created_by, created_at: now };
                let agent = cluster_agents::insert(tx, &new)?;
                reread(tx, project_id, now)?;
                of_project(tx, standing.project, Listed { items: vec![agent], total: 1 })
            })
            .await?;
        self.bells.ring_work();
        Ok(made)
    }

    /// Removes an agent with its tokens; for maintainers. Jobs do not get it any more.
    pub async fn delete_cluster_agent(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: ClusterAgentId,
        unchanged: Unchanged,
    ) -> Result<()> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .write(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                require_write(&standing)?;
                let agent = find(tx, &standing, id)?;
                unchanged.check(agent.created_at)?;
                Ok::<_, Error>(cluster_agents::delete(tx, agent.id)?)
            })
            .await
    }
}

fn of_project(tx: &Tx<'_>, project: Project, agents: Listed<ClusterAgent>) -> Result<AgentsOfProject> {
    let chain = namespaces::chain(tx, project.namespace_id)?;
    Ok(AgentsOfProject { project, chain, agents })
}

fn may_read(standing: &Standing) -> bool {
    standing.role >= AccessLevel::Developer
}

/// One of the project's agents; to those who may not read them there is none.
fn find(tx: &Tx<'_>, standing: &Standing, id: ClusterAgentId) -> Result<ClusterAgent> {
    if !may_read(standing) {
        return Err(Error::record());
    }
    cluster_agents::get(tx, standing.project.id, id)?.ok_or_else(Error::record)
}

/// Maintainers write, and nobody in an archived project.
fn require_write(standing: &Standing) -> Result<()> {
    let may = standing.role >= AccessLevel::Maintainer && !standing.project.archived;
    if may { Ok(()) } else { Err(Error::forbidden()) }
}

/// GitLab's form of a refused record.
fn bad(why: &str) -> Error {
    Error::BadRequest(format!("400 Bad request - {why}"))
}

fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(bad("Name can't be blank"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(bad(&format!("Name is too long (maximum is {LONGEST_NAME} characters)")));
    }
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !plain || name.starts_with('-') || name.ends_with('-') {
        return Err(bad("Name can contain only lowercase letters, digits, and '-', but cannot start or end with '-'"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_name;

    #[test]
    fn names_fit_into_names_of_clusters() {
        for good in ["a", "1", "east-1", &"a".repeat(63)] {
            check_name(good).unwrap();
        }
        for bad in ["", " ", "-a", "a-", "A", "a_b", "a.b", "a/b", "ä", "..", &"a".repeat(64)] {
            assert!(check_name(bad).is_err(), "{bad:?} was accepted");
        }
    }
}
