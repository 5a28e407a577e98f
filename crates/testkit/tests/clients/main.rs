//! Clients that nobody here wrote, against a whole server: the crate `gitlab` for the API and the crate
//! `gitlab-runner` for the runner protocol.

mod api;
mod pipelines;
mod runner;
mod runners;
