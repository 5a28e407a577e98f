//! A whole server for tests, with callers and builders.
//!
//! [`for_both`] gives a test the real router on a real socket over a real database (SQLite, then PostgreSQL
//! where `PIPEWRIGHT_TEST_POSTGRES` names one), real repositories and a folder of bytes. Tests speak HTTP
//! through [`Api`]s and make what they need through the public API: never by SQL. When a test ends the
//! server is stopped, and a background task that panicked fails the test.

mod api;
mod archive;
mod database;
mod document;
mod mutate;
mod options;
mod project;
mod runner;
mod server;

pub use api::{Api, Reply};
pub use archive::zip;
pub use mutate::Mutations;
pub use options::TestOptions;
pub use project::{Pipeline, Project};
pub use runner::{Claimed, TestRunner};
pub use server::{ROOT_TOKEN, TestServer, for_both, for_both_with, on_sqlite, on_sqlite_with};
