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
    only("postgres")
}

/// Whether tests of both databases are to run on SQLite alone: `PIPEWRIGHT_TEST_ONLY=sqlite`.
pub(crate) fn sqlite_alone() -> bool {
    only("sqlite")
}

fn only(database: &str) -> bool {
    std::env::var("PIPEWRIGHT_TEST_ONLY").is_ok_and(|only| only == database)
}

/// A fresh SQLite file.
pub(crate) fn open_sqlite(folder: &Path) -> Db {
    let options = DbOptions::Sqlite { path: folder.join("pipewright.db"), durable: false };
    Db::open(&options).expect("a fresh SQLite file opens")
}

/// A database on the server that is dropped with this: hundreds of tests do not fill a disk together.
pub(crate) struct Fresh {
    server: String,
    name: String,
}

impl Fresh {
    /// Blocks, as everything here: the driver may not be used on a thread of the runtime.
    pub(crate) fn make(server: &str) -> Self {
        let fresh = Self { server: server.to_owned(), name: format!("test_{}", random::hex::<8>()) };
        fresh.run(&format!("CREATE DATABASE {}", fresh.name)).expect("a database can be made");
        fresh
    }

    pub(crate) fn open(&self) -> Db {
        Db::open(&DbOptions::Postgres { url: self.url(), workers: 4 }).expect("a fresh database opens")
    }

    pub(crate) fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    fn run(&self, sql: &str) -> Result<(), postgres::Error> {
        postgres::Client::connect(&self.server, postgres::NoTls)?.batch_execute(sql)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // A test that failed may still have connections open. The driver has a runtime of its own, which must
        // not be made inside the test's.
        let drop = || self.run(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        let dropped = std::thread::scope(|threads| threads.spawn(drop).join());
        if !matches!(dropped, Ok(Ok(()))) {
            eprintln!("{} could not be dropped: {dropped:?}", self.name);
        }
    }
}

/// The server's address with the name of a database in place of its own.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, String::new()), |(a, q)| (a, format!("?{q}")));
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..].find('/').map_or(address.len(), |at| start + at);
    format!("{}/{name}{query}", &address[..end])
}
