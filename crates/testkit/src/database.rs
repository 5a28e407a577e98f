//! A database of a test's own.

use pipewright_model::random;
use pipewright_store::{Db, DbOptions};
use std::path::Path;

/// Names a PostgreSQL server on which databases may be made.
const POSTGRES: &str = "PIPEWRIGHT_TEST_POSTGRES";

/// The server for tests on PostgreSQL, if there is one.
pub(crate) fn postgres() -> Option<String> {
    std::env::var(POSTGRES).ok().filter(|url| !url.is_empty())
}

/// Whether every test is to run on PostgreSQL, and on it alone: `PIPEWRIGHT_TEST_ONLY=postgres`.
pub(crate) fn postgres_alone() -> bool {
    std::env::var("PIPEWRIGHT_TEST_ONLY").is_ok_and(|only| only == "postgres")
}

/// A fresh SQLite file.
pub(crate) fn open_sqlite(folder: &Path) -> Db {
    let options = DbOptions::Sqlite { path: folder.join("pipewright.db"), durable: false };
    Db::open(&options).expect("a fresh SQLite file opens")
}

/// A fresh database on the server, and its address. Blocks: the driver may not be used on a thread of the runtime.
pub(crate) fn open_postgres(server: &str) -> (Db, String) {
    let name = format!("test_{}", random::hex::<8>());
    let mut client = postgres::Client::connect(server, postgres::NoTls).expect("the PostgreSQL server answers");
    client.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database can be made");
    let url = with_database(server, &name);
    let db = Db::open(&DbOptions::Postgres { url: url.clone(), workers: 4 }).expect("a fresh database opens");
    (db, url)
}

/// The server's address with the name of a database in place of its own.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, String::new()), |(a, q)| (a, format!("?{q}")));
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..].find('/').map_or(address.len(), |at| start + at);
    format!("{}/{name}{query}", &address[..end])
}
