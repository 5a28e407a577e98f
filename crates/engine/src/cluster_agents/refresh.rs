//! Reading agents' files after what they stand on has moved.

use super::MOST_AGENTS;
use super::config::AgentConfig;
use crate::work::{self, Taken, Work};
use crate::{Engine, Error, Result};
use pipewright_git::Repository;
use pipewright_git::http::RefUpdate;
use pipewright_git::read::{EntryKind, TreeEntry};
use pipewright_model::{ClusterAgent, Project, ProjectId, Timestamp};
use pipewright_store::{Page, Tx, cluster_agents, projects};

/// Largest file of an agent, bytes.
const MOST_BYTES: u64 = 128 << 10;
/// The folder of agents' folders.
const FOLDER: &str = ".gitlab/agents";
/// A branch that has moved each time it was read is left for later.
const MOST_ROUNDS: usize = 5;

/// Branches of a project have moved: agents' files are read anew if the default one did. Ring the work's bell
/// after it.
pub(crate) fn branches_moved(tx: &Tx<'_>, project: ProjectId, moved: &[RefUpdate], now: Timestamp) -> Result<()> {
    let default = projects::by_id(tx, project)?.and_then(|project| project.default_branch);
    let moves_default = |update: &RefUpdate| update.branch().is_some() && update.branch() == default.as_deref();
    if moved.iter().any(moves_default) { reread(tx, project, now) } else { Ok(()) }
}

/// Has the files of a project's agents read anew, if it has any. Ring the work's bell after it.
pub(crate) fn reread(tx: &Tx<'_>, project_id: ProjectId, now: Timestamp) -> Result<()> {
    if cluster_agents::any(tx, project_id)? {
        work::enqueue(tx, &Work::ReadAgentConfigs { project_id }, now)?;
    }
    Ok(())
}

/// What the files were read from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    branch: Option<String>,
    commit: Option<String>,
}

/// What is to be remembered of an agent.
struct Change {
    agent: ClusterAgent,
    blob: Option<String>,
    config: AgentConfig,
}

impl Engine {
    /// Reads the files of a project's agents that changed and remembers what they say.
    ///
    /// Two readings may overlap and the older one may write last, so each looks again at the branch after it
    /// has written: whoever writes last sees the newest commit.
    pub(crate) async fn read_agent_configs(&self, id: ProjectId, taken: &Taken) -> Result<()> {
        let mut written = None;
        for _ in 0..MOST_ROUNDS {
            let (project, agents) = self.db.read(move |tx| project_and_agents(tx, id)).await?;
            let Some(project) = project.filter(|_| !agents.is_empty()) else { return self.drop_work(taken).await };
            let repository = self.repository(&project).await?;
            let seen = seen(&repository, &project).await?;
            if written.as_ref() == Some(&seen) {
                return self.drop_work(taken).await;
            }
            let changes = changes(&repository, &seen, agents).await?;
            self.db.write(move |tx| save(tx, &changes)).await?;
            written = Some(seen);
        }
        self.put_off(taken.clone()).await
    }
}

fn project_and_agents(tx: &Tx<'_>, id: ProjectId) -> Result<(Option<Project>, Vec<ClusterAgent>)> {
    Ok((projects::by_id(tx, id)?, cluster_agents::list(tx, id, Page::first(MOST_AGENTS))?.items))
}

async fn seen(repository: &Repository, project: &Project) -> Result<Seen> {
    let branch = project.default_branch.clone();
    let commit = match &branch {
        Some(branch) => repository.branch(branch).await?,
        None => None,
    };
    Ok(Seen { branch, commit })
}

/// The agents whose file is another than the one remembered.
async fn changes(repository: &Repository, seen: &Seen, agents: Vec<ClusterAgent>) -> Result<Vec<Change>> {
    let files = match &seen.commit {
        Some(commit) => match repository.tree(commit, FOLDER, true).await {
            Ok(entries) => entries,
            Err(pipewright_git::Error::NotFound { .. }) => Vec::new(),
            Err(error) => return Err(error.into()),
        },
        None => Vec::new(),
    };
    let mut changes = Vec::new();
    for agent in agents {
        let path = format!("{FOLDER}/{}/config.yaml", agent.name);
        let file = files.iter().find(|entry: &&TreeEntry| entry.kind == EntryKind::Blob && entry.path == path);
        let blob = file.map(|file| file.id.clone());
        if blob == agent.config_blob {
            continue;
        }
        let config = match &blob {
            Some(id) => read(repository, id).await?,
            None => AgentConfig::default(),
        };
        changes.push(Change { agent, blob, config });
    }
    Ok(changes)
}

async fn read(repository: &Repository, id: &str) -> Result<AgentConfig> {
    match repository.blob_by_id(id, MOST_BYTES).await {
        // Aliases can make much of little: not on a thread that others wait for.
        Ok(blob) => tokio::task::spawn_blocking(move || AgentConfig::read(&blob.bytes))
            .await
            .map_err(|error| Error::Internal(format!("an agent's file could not be read: {error}"))),
        Err(pipewright_git::Error::TooLarge { size, .. }) => {
            Ok(AgentConfig::broken(format!("the file has {size} bytes, {MOST_BYTES} are allowed")))
        }
        Err(error) => Err(error.into()),
    }
}

fn save(tx: &Tx<'_>, changes: &[Change]) -> Result<()> {
    for Change { agent, blob, config } in changes {
        cluster_agents::set_config(tx, agent.id, blob.as_deref(), &config.errors, &config.grants)?;
    }
    Ok(())
}
