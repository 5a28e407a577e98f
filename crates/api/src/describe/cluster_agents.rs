//! Agents of clusters.

use pipewright_http_kit::describe::{Kind, Operations, Total};
use pipewright_http_kit::{SignedIn, SignedInOrJob};
use pipewright_wire::cluster_agents::{AgentToken, AgentTokenMade, AgentTokenUsed, AllowedAgents, ClusterAgent};

const ALL: &str = "/projects/{id}/cluster_agents";
const ONE: &str = "/projects/{id}/cluster_agents/{agent_id}";
const TOKENS: &str = "/projects/{id}/cluster_agents/{agent_id}/tokens";
const TOKEN: &str = "/projects/{id}/cluster_agents/{agent_id}/tokens/{token_id}";

pub(super) fn describe(api: &mut Operations) {
    api.tag(
        "Agents of clusters",
        "Agents that connect clusters, and the jobs that may use them. An agent's file is \
         `.gitlab/agents/<name>/config.yaml` on the default branch of its project; its lists `ci_access.projects` and \
         `ci_access.groups` let in jobs of other projects below the same top-level group or user.",
    );
    api.get::<SignedIn>(ALL, "List a project's agents")
        .about("For developers; 404 to others.")
        .page(Total::Counted)
        .lists::<ClusterAgent>("The agents by name.");
    api.get::<SignedIn>(ONE, "Get one agent").about("For developers.").answers::<ClusterAgent>(200, "The agent.");
    api.post::<SignedIn>(ALL, "Register an agent")
        .about("For maintainers. Its file is read right after, and whenever the default branch changes.")
        .required("name", Kind::Text, "Lower-case letters, digits and `-`, 63 at most; unique in the project.")
        .answers::<ClusterAgent>(201, "The agent.")
        .refuses(400, "The name cannot be, is taken, or the project has as many agents as it may.");
    api.delete::<SignedIn>(ONE, "Delete an agent")
        .about("For maintainers.")
        .also(super::unchanged)
        .empty(204, "It is gone with its tokens; jobs do not get it any more.");
    tokens(api);
    allowed(api);
}

fn tokens(api: &mut Operations) {
    api.get::<SignedIn>(TOKENS, "List an agent's tokens")
        .about("For developers. Withdrawn tokens are not shown.")
        .page(Total::Counted)
        .lists::<AgentToken>("The tokens.");
    api.get::<SignedIn>(TOKEN, "Get one token of an agent")
        .about("For developers.")
        .answers::<AgentTokenUsed>(200, "The token, without its secret.");
    api.post::<SignedIn>(TOKENS, "Make a token for an agent")
        .about("For maintainers. Kept for those who set clusters up by the API: there is no server for agents to connect to.")
        .required("name", Kind::Text, "Name for people.")
        .param("description", Kind::Text, "Purpose for people.")
        .answers::<AgentTokenMade>(201, "The token, with the secret that is shown this once.")
        .refuses(400, "The agent has two tokens, or the name cannot be.");
    api.delete::<SignedIn>(TOKEN, "Withdraw a token of an agent")
        .about("For maintainers.")
        .empty(204, "It is withdrawn.");
}

fn allowed(api: &mut Operations) {
    api.get::<SignedInOrJob>("/job/allowed_agents", "List the agents the job may use")
        .about(
            "Agents whose files name the job's project, agents of the project itself, and agents whose files name a \
             group above it, the nearest group first; each once. Entries with `environments` let in jobs with a matching \
             one, entries with `protected_branches_only` jobs of protected refs.",
        )
        .answers::<AllowedAgents>(200, "Agents, and what is known of the job.")
        .refuses(404, "The caller is no job: an access token has no current job.")
        .example(" --header \"JOB-TOKEN: $CI_JOB_TOKEN\"");
}
