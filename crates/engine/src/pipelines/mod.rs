//! Pipelines: made from a push or by somebody, moved on, canceled, retried, deleted.

mod cache_keys;
pub mod cancel;
pub mod create;
pub mod delete;
mod facts;
mod integrations;
pub mod lint;
pub mod list;
pub mod metadata;
mod plan;
pub mod process;
pub mod push;
pub mod retry;
pub mod rings;
pub mod rules;
pub mod start;
pub mod statuses;
pub mod trigger;
pub mod triggers;
