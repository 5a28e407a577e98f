//! What every route says of itself, group by group: the source of `/api/v4/openapi.json` and of
//! `docs/API.md`. A new route gets its entry here, in the file named after its group; tests hold the entries
//! to the handlers (`pipewright_http_kit::describe`).

mod absent;
mod cluster_agents;
mod environments;
mod groups;
mod history;
mod instance;
mod job_token_scope;
mod jobs;
mod jobs_artifacts;
mod lint;
mod pipelines;
mod project_parts;
mod projects;
mod repository;
mod runner_protocol;
mod runners;
mod search;
mod statuses;
mod triggers;
mod users;

use pipewright_http_kit::describe::{Operation, Operations};

/// Every route below `/api/v4`, in the order of the document.
pub fn operations() -> Operations {
    let mut api = Operations::default();
    jobs::describe(&mut api);
    job_token_scope::describe(&mut api);
    jobs_artifacts::describe(&mut api);
    pipelines::describe(&mut api);
    triggers::describe(&mut api);
    statuses::describe(&mut api);
    projects::describe(&mut api);
    groups::describe(&mut api);
    repository::describe(&mut api);
    history::describe(&mut api);
    search::describe(&mut api);
    users::describe(&mut api);
    runners::describe(&mut api);
    environments::describe(&mut api);
    cluster_agents::describe(&mut api);
    lint::describe(&mut api);
    instance::describe(&mut api);
    absent::describe(&mut api);
    runner_protocol::describe(&mut api);
    api
}

/// A deletion's condition.
fn unchanged(operation: &mut Operation) {
    operation
        .header("If-Unmodified-Since", false, "Delete it only if it did not change after this time.")
        .refuses(412, "It changed since: `412 Precondition Failed`.");
}

/// Paths that are not described yet, as the router has them below `/api/v4`.
pub const NOT_YET: &[&str] = &[];
