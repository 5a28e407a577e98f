//! Tokens by which an agent that runs in a cluster says which one it is. Nothing connects with them here: there
//! is no server of agents; they are kept for whoever sets clusters up over the API.

use super::{bad, find, require_write};
use crate::access::{ProjectRef, standing};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{ClusterAgentId, ClusterAgentToken, ClusterAgentTokenId, TokenKind};
use pipewright_store::cluster_agent_tokens::{self as tokens, NewClusterAgentToken};
use pipewright_store::{Listed, Page};

/// Most tokens of an agent that were not withdrawn: the one in use, and the one that takes its place.
const MOST_ACTIVE: i64 = 2;
/// Longest name, characters.
const LONGEST_NAME: usize = 255;
/// Longest description, characters.
const LONGEST_DESCRIPTION: usize = 1024;

impl Engine {
    /// An agent's tokens that were not withdrawn; for developers.
    pub async fn cluster_agent_tokens(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        agent: ClusterAgentId,
        page: Page,
    ) -> Result<Listed<ClusterAgentToken>> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let agent = find(tx, &standing(tx, &caller, &project)?, agent)?;
                Ok::<_, Error>(tokens::active(tx, agent.id, page)?)
            })
            .await
    }

    /// One token that was not withdrawn; for developers.
    pub async fn cluster_agent_token(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        agent: ClusterAgentId,
        id: ClusterAgentTokenId,
    ) -> Result<ClusterAgentToken> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let agent = find(tx, &standing(tx, &caller, &project)?, agent)?;
                tokens::get(tx, agent.id, id)?.filter(|token| !token.revoked).ok_or_else(Error::record)
            })
            .await
    }

    /// Makes a token and returns it with its secret, which is not to be had again; for maintainers.
    pub async fn create_cluster_agent_token(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        agent: ClusterAgentId,
        name: String,
        description: Option<String>,
    ) -> Result<(ClusterAgentToken, String)> {
        let created_by = caller.require_user()?.id;
        let (caller, project, created_at) = (caller.clone(), project.clone(), self.clock.now());
        let secret = TokenKind::ClusterAgent.generate();
        let digest = crate::secrets::digest(&secret);
        let token = self.db.write(move |tx| {
            let standing = standing(tx, &caller, &project)?;
            require_write(&standing)?;
            let agent_id = find(tx, &standing, agent)?.id;
            if tokens::active(tx, agent_id, Page::first(1))?.total >= MOST_ACTIVE {
                return Err(bad("An agent can have only two active tokens at a time"));
            }
            check(&name, description.as_deref())?;
            let (name, description, digest) = (name.clone(), description.clone(), digest.clone());
            let new = NewClusterAgentToken { agent_id, name, description, digest, created_at, created_by };
            Ok(tokens::insert(tx, &new)?)
        });
        Ok((token.await?, secret))
    }

    /// Withdraws a token, again if need be; for maintainers.
    pub async fn revoke_cluster_agent_token(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        agent: ClusterAgentId,
        id: ClusterAgentTokenId,
    ) -> Result<()> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .write(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                require_write(&standing)?;
                let agent = find(tx, &standing, agent)?;
                let token = tokens::get(tx, agent.id, id)?.ok_or_else(Error::record)?;
                Ok::<_, Error>(tokens::revoke(tx, token.id)?)
            })
            .await
    }
}

fn check(name: &str, description: Option<&str>) -> Result<()> {
    if name.trim().is_empty() {
        return Err(bad("Name can't be blank"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(bad(&format!("Name is too long (maximum is {LONGEST_NAME} characters)")));
    }
    if description.is_some_and(|text| text.chars().count() > LONGEST_DESCRIPTION) {
        return Err(bad(&format!("Description is too long (maximum is {LONGEST_DESCRIPTION} characters)")));
    }
    Ok(())
}
