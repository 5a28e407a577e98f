//! The GitLab JSON shapes, as they go over the wire.

pub mod cluster_agents;
pub mod environments;
pub mod graphql;
pub mod instance;
pub mod job_token_scope;
pub mod jobs;
pub mod lint;
pub mod oidc;
pub mod pipelines;
pub mod projects;
pub mod repeated;
pub mod reports;
pub mod repository;
pub mod runner;
pub mod runners;
pub mod search;
pub mod statuses;
pub mod triggers;
pub mod users;
pub mod words;
