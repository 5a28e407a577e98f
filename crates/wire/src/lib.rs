//! The GitLab JSON shapes, as they go over the wire.

pub mod pipelines;
pub mod runner;
pub mod runners;
