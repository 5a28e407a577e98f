//! Where a running job stands, as agents of clusters are told, and the agents it may use (Jobs API contract
//! §8.2).

use super::JobPage;
use crate::{Engine, Error, JobCaller, Result, access};
use pipewright_model::protected_ref::wildcard;
use pipewright_model::{AccessLevel, ClusterAgent, ClusterAgentId, Namespace, NamespaceKind, Pipeline, Project};
use pipewright_store::cluster_agents::{self, Grant, GrantKind};
use pipewright_store::{Page, Tx, environments, jobs, namespaces, projects};
use serde_json::{Map, Value};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Most agents one job is told of, of each of the three ways to be let in.
const MOST_AGENTS: i64 = 1000;

/// A running job's surroundings.
#[derive(Debug)]
pub struct JobSurroundings {
    /// The job and what it shows.
    pub page: JobPage,
    /// Its project's namespace and the groups above, the nearest first.
    pub namespaces: Vec<Namespace>,
    /// Its user's role in the project.
    pub role: AccessLevel,
    /// Tier and slug of its environment, if that is known.
    pub environment: Option<(String, String)>,
    /// The agents it may use.
    pub agents: Vec<AllowedAgent>,
}

/// An agent a job may use.
#[derive(Clone, Debug)]
pub struct AllowedAgent {
    /// The agent.
    pub agent: ClusterAgent,
    /// The project whose repository configures it.
    pub project: Project,
    /// That project's namespace with the groups above it, the outermost first.
    pub chain: Vec<Namespace>,
    /// What its file says of the job; empty for a job of the agent's own project that its file does not name.
    pub configuration: Map<String, Value>,
}

impl JobSurroundings {
    /// Ids of the project's own group and all above it; a user's namespace is none.
    pub fn groups(&self) -> Vec<i64> {
        groups(&self.namespaces).map(|group| group.id.0).collect()
    }
}

fn groups(namespaces: &[Namespace]) -> impl Iterator<Item = &Namespace> {
    namespaces.iter().filter(|found| found.kind == NamespaceKind::Group)
}

impl Engine {
    /// The surroundings of the job whose token the caller showed.
    pub async fn own_surroundings(&self, caller: &JobCaller) -> Result<JobSurroundings> {
        let (caller, now) = (caller.clone(), self.clock.now());
        self.db
            .read(move |tx| {
                let project = projects::by_id(tx, caller.project_id)?.ok_or_else(|| Error::missing("Project"))?;
                let job = jobs::get(tx, caller.job_id)?.ok_or_else(Error::record)?;
                let role = access::role(tx, &caller.user, &project)?;
                let mut namespaces = namespaces::chain(tx, project.namespace_id)?;
                namespaces.reverse();
                let environment = match &job.environment {
                    Some(name) => environments::by_name(tx, project.id, name)?,
                    None => None,
                };
                let page = JobPage::read(tx, project, vec![job], now)?;
                let pipeline = page.pipelines.get(&caller.pipeline_id).ok_or_else(Error::record)?;
                let named = environment.as_ref().map(|found| found.name.as_str());
                let agents = allowed(tx, &page.project, &namespaces, pipeline, named)?;
                let environment = environment.map(|found| (found.tier, found.slug));
                Ok(JobSurroundings { page, namespaces, role, environment, agents })
            })
            .await
    }
}

/// Those a job of that pipeline may use: named for its project, registered in its project, named for the
/// nearest of its groups, in this order; one that is there twice counts as the first says.
fn allowed(
    tx: &Tx<'_>,
    project: &Project,
    namespaces: &[Namespace],
    pipeline: &Pipeline,
    environment: Option<&str>,
) -> Result<Vec<AllowedAgent>> {
    let mut found = considered(tx, project, namespaces)?;
    let mut seen = HashSet::new();
    found.retain(|(agent, _)| seen.insert(agent.id));
    let protected = access::is_protected(tx, project.id, &pipeline.ref_name, pipeline.tag)?;
    found.retain(|(_, configuration)| lets_in(configuration, environment, protected));
    with_projects(tx, found)
}

type Considered = Vec<(ClusterAgent, Map<String, Value>)>;

fn considered(tx: &Tx<'_>, project: &Project, namespaces: &[Namespace]) -> Result<Considered> {
    // Agents of other owners name whom they like: they count below the same top-level group or user only.
    let Some(root) = namespaces.last().map(|root| root.full_path.to_lowercase()) else { return Ok(Vec::new()) };
    let key = [project.full_path.to_lowercase()];
    let by_project = cluster_agents::granted(tx, GrantKind::Project, &key, &root, MOST_AGENTS)?;
    let mut found: Considered = by_project.into_iter().map(|(agent, grant)| (agent, grant.configuration)).collect();
    let mut own = cluster_agents::list(tx, project.id, Page::first(MOST_AGENTS))?.items;
    own.sort_by_key(|agent| agent.id);
    found.extend(own.into_iter().map(|agent| (agent, Map::new())));
    let keys: Vec<String> = groups(namespaces).map(|group| group.full_path.to_lowercase()).collect();
    let by_group = cluster_agents::granted(tx, GrantKind::Group, &keys, &root, MOST_AGENTS)?;
    found.extend(nearest(by_group));
    Ok(found)
}

/// Of each agent the entry for the nearest group: addresses of groups above are shorter.
fn nearest(entries: Vec<(ClusterAgent, Grant)>) -> Considered {
    let mut best: BTreeMap<ClusterAgentId, (ClusterAgent, Grant)> = BTreeMap::new();
    for (agent, grant) in entries {
        let nearer = best.get(&agent.id).is_none_or(|(_, known)| known.path_key.len() < grant.path_key.len());
        if nearer {
            best.insert(agent.id, (agent, grant));
        }
    }
    best.into_values().map(|(agent, grant)| (agent, grant.configuration)).collect()
}

/// Whether an entry's filters let a job in. A job without an environment passes no list of them.
fn lets_in(configuration: &Map<String, Value>, environment: Option<&str>, protected: bool) -> bool {
    let wanted = configuration.get("environments").and_then(Value::as_array).filter(|list| !list.is_empty());
    let passes = wanted.is_none_or(|patterns| {
        let mut patterns = patterns.iter().filter_map(Value::as_str);
        environment.is_some_and(|name| patterns.any(|pattern| wildcard(pattern, name)))
    });
    let only_protected = configuration.get("protected_branches_only").and_then(Value::as_bool).unwrap_or(false);
    passes && (protected || !only_protected)
}

fn with_projects(tx: &Tx<'_>, found: Considered) -> Result<Vec<AllowedAgent>> {
    let ids: HashSet<_> = found.iter().map(|(agent, _)| agent.project_id).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let known = if ids.is_empty() { Vec::new() } else { projects::by_ids(tx, &ids)? };
    let mut chains = HashMap::new();
    for project in &known {
        if let Entry::Vacant(place) = chains.entry(project.namespace_id) {
            place.insert(namespaces::chain(tx, project.namespace_id)?);
        }
    }
    let whole = found.into_iter().filter_map(|(agent, configuration)| {
        let project = known.iter().find(|project| project.id == agent.project_id)?.clone();
        let chain = chains.get(&project.namespace_id)?.clone();
        Some(AllowedAgent { agent, project, chain, configuration })
    });
    Ok(whole.collect())
}

#[cfg(test)]
mod tests {
    use super::lets_in;
    use serde_json::{Value, json};

    fn lets(configuration: &Value, environment: Option<&str>, protected: bool) -> bool {
        lets_in(configuration.as_object().unwrap(), environment, protected)
    }

    #[test]
    fn environments_are_names_or_patterns() {
        for open in [json!({}), json!({ "environments": [] })] {
            assert!(lets(&open, None, false) && lets(&open, Some("prod"), false));
        }
        let some = json!({ "environments": ["prod", "review/*"] });
        assert!(lets(&some, Some("prod"), false) && lets(&some, Some("review/a/b"), false));
        assert!(!lets(&some, Some("prod2"), false) && !lets(&some, Some("review"), false) && !lets(&some, None, true));
    }

    #[test]
    fn protected_only_means_protected() {
        let only = json!({ "protected_branches_only": true });
        assert!(lets(&only, None, true) && !lets(&only, None, false));
        assert!(lets(&json!({ "protected_branches_only": false }), None, false));
    }
}
