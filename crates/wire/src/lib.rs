//! The GitLab JSON shapes, as they go over the wire.

pub mod runner;
