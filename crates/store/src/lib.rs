//! Every line of SQL, on SQLite and PostgreSQL.
//!
//! [`Db`] runs transactions: synchronous closures over [`Tx`], with no await in them.
//! `db.write(|tx| …)` for changes, `db.read(|tx| …)` for the rest. A closure may run more than once
//! (PostgreSQL refuses some interleavings and the closure is run again), so it must not change anything
//! outside the database. Queries are functions of one module per table, taking `&Tx` first.
//!
//! # How to change the schema
//! Add `migrations/NNNN_name.sql` and its line in `migrate.rs`; a column that is NOT NULL has a default.
//! The text is one for both databases; what differs is spelt `{id}`, `{bytes}` and put in by `dialect.rs`.

pub mod artifacts;
pub mod blob_deletions;
pub mod cluster_agent_tokens;
pub mod cluster_agents;
pub mod commits;
mod db;
pub mod dependencies;
pub mod deployments;
mod dialect;
pub mod environments;
mod error;
pub mod external_statuses;
mod filter;
pub mod job_lists;
pub mod job_pages;
pub mod job_token_scope;
pub mod jobs;
pub mod managers;
pub mod members;
mod migrate;
pub mod moved;
pub mod namespaces;
pub mod pipeline_lists;
pub mod pipeline_variables;
pub mod pipelines;
mod postgres;
pub mod projects;
pub mod protected_refs;
pub mod queue;
pub mod resource_groups;
mod row;
pub mod runner_lists;
pub mod runners;
pub mod settings;
mod sqlite;
pub mod stages;
pub mod statistics;
#[cfg(test)]
mod tests;
pub mod tokens;
pub mod traces;
pub mod triggers;
mod tx;
pub mod users;
mod value;
pub mod variables;
pub mod work;

pub use db::{Db, DbOptions};
pub use error::{Error, Result, TxError};
pub use filter::{COUNT_LIMIT, Listed, Page};
pub use tx::Tx;
