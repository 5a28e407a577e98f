//! `/projects/:id/cluster_agents` and their tokens.

use super::paging::part;
use crate::shape;
use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_engine::cluster_agents::AgentsOfProject;
use pipewright_http_kit::{Answer, ApiError, Call, Page, Rest, SignedIn, reply};
use pipewright_model::{ClusterAgentId, ClusterAgentToken, ClusterAgentTokenId};
use pipewright_wire::cluster_agents::{AgentToken, AgentTokenMade, AgentTokenUsed, ClusterAgent};

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    const TOKENS: &str = "/projects/{id}/cluster_agents/{agent_id}/tokens";
    Router::new()
        .route("/projects/{id}/cluster_agents", get(list).post(create))
        .route("/projects/{id}/cluster_agents/{agent_id}", get(show).delete(delete))
        .route(TOKENS, get(list_tokens).post(create_token))
        .route(&format!("{TOKENS}/{{token_id}}"), get(show_token).delete(revoke_token))
}

fn shapes(found: &AgentsOfProject) -> Vec<ClusterAgent> {
    let shape = |agent: &pipewright_model::ClusterAgent| ClusterAgent {
        id: agent.id.0,
        name: agent.name.clone(),
        config_project: shape::project::identity(&found.project, found.chain.iter()),
        created_at: agent.created_at.to_string(),
        created_by_user_id: agent.created_by.map(|id| id.0),
        is_receptive: false,
        config_errors: agent.config_errors.clone(),
    };
    found.agents.items.iter().map(shape).collect()
}

fn basic(token: &ClusterAgentToken) -> AgentToken {
    AgentToken {
        id: token.id.0,
        name: token.name.clone(),
        description: token.description.clone(),
        agent_id: token.agent_id.0,
        status: "active",
        created_at: token.created_at.to_string(),
        created_by_user_id: token.created_by.map(|id| id.0),
    }
}

fn used(token: &ClusterAgentToken) -> AgentTokenUsed {
    AgentTokenUsed { token: basic(token), last_used_at: token.last_used_at.map(|at| at.to_string()) }
}

fn agent_id(call: &Call<SignedIn>) -> Result<ClusterAgentId, ApiError> {
    let mut check = call.check();
    let id = ClusterAgentId(check.id("agent_id"));
    check.done()?;
    Ok(id)
}

fn token_ids(call: &Call<SignedIn>) -> Result<(ClusterAgentId, ClusterAgentTokenId), ApiError> {
    let mut check = call.check();
    let ids = (ClusterAgentId(check.id("agent_id")), ClusterAgentTokenId(check.id("token_id")));
    check.done()?;
    Ok(ids)
}

async fn list(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.cluster_agents(&call.caller, &call.project(), part(&page)).await?;
    reply::page(&call, &page, Rest::Counted(found.agents.total), &shapes(&found))
}

async fn show(call: Call<SignedIn>) -> Answer {
    let found = call.engine.cluster_agent(&call.caller, &call.project(), agent_id(&call)?).await?;
    reply::ok(&shapes(&found).first())
}

async fn create(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let name = check.required_text("name");
    check.done()?;
    let found = call.engine.create_cluster_agent(&call.caller, &call.project(), name).await?;
    reply::created(&shapes(&found).first())
}

async fn delete(call: Call<SignedIn>) -> Answer {
    call.engine.delete_cluster_agent(&call.caller, &call.project(), agent_id(&call)?, call.unchanged()).await?;
    reply::no_content()
}

async fn list_tokens(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let agent = ClusterAgentId(check.id("agent_id"));
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.cluster_agent_tokens(&call.caller, &call.project(), agent, part(&page)).await?;
    let shapes: Vec<_> = found.items.iter().map(basic).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

async fn show_token(call: Call<SignedIn>) -> Answer {
    let (agent, id) = token_ids(&call)?;
    reply::ok(&used(&call.engine.cluster_agent_token(&call.caller, &call.project(), agent, id).await?))
}

async fn create_token(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let agent = ClusterAgentId(check.id("agent_id"));
    let name = check.required_text("name");
    let description = check.text("description");
    check.done()?;
    let project = call.project();
    let made = call.engine.create_cluster_agent_token(&call.caller, &project, agent, name, description);
    let (token, secret) = made.await?;
    reply::created(&AgentTokenMade { token: used(&token), secret })
}

async fn revoke_token(call: Call<SignedIn>) -> Answer {
    let (agent, id) = token_ids(&call)?;
    call.engine.revoke_cluster_agent_token(&call.caller, &call.project(), agent, id).await?;
    reply::no_content()
}
