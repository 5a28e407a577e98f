//! The store's suite: every query on both databases.
//!
//! [`for_both`] runs a test on a SQLite file in a throwaway folder, then on a fresh database of the
//! PostgreSQL server that `PIPEWRIGHT_TEST_POSTGRES` names. Rows that others need come from [`fixtures`].

mod commits;
mod fixtures;
mod group_commit;
mod harness;
mod jobs;
mod members;
mod migrations;
mod namespaces;
mod pipelines;
mod projects;
mod protected_refs;
mod queue;
mod runners;
mod settings;
mod tokens;
mod traces;
mod users;
mod variables;
mod work;

pub(crate) use fixtures::*;
pub(crate) use harness::{for_both, for_both_unmigrated};
