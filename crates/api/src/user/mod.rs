//! What people, their scripts and their jobs call.

pub(crate) mod absent;
mod application_settings;
mod branches;
mod cluster_agents;
mod commit_parts;
mod commits;
mod deployments;
mod environments;
mod file_content;
mod files;
mod groups;
mod job_token_scope;
mod jobs;
mod lint;
mod members;
mod namespaces;
mod paging;
mod pipelines;
mod places;
mod project_shapes;
mod projects;
mod protected;
mod repository;
mod resource_groups;
pub(crate) mod route;
pub(crate) mod runners;
pub(crate) mod search;
mod statistics;
mod statuses;
mod tags;
mod templates;
mod tokens;
mod triggers;
mod upkeep;
mod users;
mod variables;
mod version;
mod wait;

use axum::Router;
use pipewright_engine::Engine;

/// Routes below `/api/v4`.
pub(crate) fn router() -> Router<Engine> {
    Router::new()
        .merge(jobs::router())
        .merge(lint::router())
        .merge(job_token_scope::router())
        .merge(absent::router())
        .merge(application_settings::router())
        .merge(branches::router())
        .merge(cluster_agents::router())
        .merge(commits::router())
        .merge(commit_parts::router())
        .merge(deployments::router())
        .merge(environments::router())
        .merge(files::router())
        .merge(groups::router())
        .merge(members::router())
        .merge(pipelines::router())
        .merge(namespaces::router())
        .merge(places::router())
        .merge(projects::router())
        .merge(protected::router())
        .merge(repository::router())
        .merge(resource_groups::router())
        .merge(runners::router())
        .merge(search::router())
        .merge(statistics::router())
        .merge(statuses::router())
        .merge(tags::router())
        .merge(templates::router())
        .merge(tokens::router())
        .merge(triggers::router())
        .merge(upkeep::router())
        .merge(users::router())
        .merge(variables::router())
        .merge(version::router())
        .merge(wait::router())
}
