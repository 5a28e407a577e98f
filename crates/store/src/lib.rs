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

mod db;
mod dialect;
mod error;
mod migrate;
mod postgres;
mod row;
mod sqlite;
mod tx;
mod value;

pub use db::{Db, DbOptions};
pub use error::{Error, Result, TxError};
pub use tx::Tx;
