//! Databases of a test's own, on both engines.

use crate::{Db, DbOptions};
use pipewright_model::random;

/// Names a PostgreSQL server on which a test may make databases.
const POSTGRES: &str = "PIPEWRIGHT_TEST_POSTGRES";

/// Runs a test on a fresh database of each engine, its schema up to date.
pub(crate) fn for_both(test: impl AsyncFn(&Db)) {
    for_both_unmigrated(async |db| {
        let fresh = db.clone();
        tokio::task::spawn_blocking(move || fresh.migrate(usize::MAX)).await.unwrap().unwrap();
        test(db).await;
    });
}

/// Runs a test on an empty database of each engine.
pub(crate) fn for_both_unmigrated(test: impl AsyncFn(&Db)) {
    let folder = tempfile::tempdir().expect("a throwaway folder");
    let options = DbOptions::Sqlite { path: folder.path().join("test.db"), durable: false };
    run(&options, &test);
    match server() {
        Some(server) => {
            let database = Fresh::make(server);
            run(&DbOptions::Postgres { url: database.url(), workers: 4 }, &test);
        }
        None => eprintln!("skipped on PostgreSQL: {POSTGRES} is not set"),
    }
}

fn run(options: &DbOptions, test: &impl AsyncFn(&Db)) {
    let db = Db::connect(options).expect("a fresh database opens");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(test(&db));
}

/// The server; without one the PostgreSQL half is skipped, which a machine that checks everything may not.
fn server() -> Option<String> {
    let server = std::env::var(POSTGRES).ok().filter(|url| !url.is_empty());
    assert!(
        server.is_some() || std::env::var("CI").as_deref() != Ok("true"),
        "{POSTGRES} must name a PostgreSQL server where CI=true"
    );
    server
}

/// A database that is dropped with this.
struct Fresh {
    server: String,
    name: String,
}

impl Fresh {
    fn make(server: String) -> Self {
        let fresh = Self { server, name: format!("store_{}", random::hex::<8>()) };
        fresh.run(&format!("CREATE DATABASE {}", fresh.name)).expect("a database can be made");
        fresh
    }

    fn run(&self, sql: &str) -> Result<(), ::postgres::Error> {
        ::postgres::Client::connect(&self.server, ::postgres::NoTls)?.batch_execute(sql)
    }

    /// The server's address with this database in place of its own.
    fn url(&self) -> String {
        let start = self.server.find("://").map_or(0, |at| at + 3);
        let query = self.server.find('?').unwrap_or(self.server.len());
        let end = self.server[start..query].find('/').map_or(query, |at| start + at);
        format!("{}/{}{}", &self.server[..end], self.name, &self.server[query..])
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // A test that failed may still have connections open.
        if let Err(error) = self.run(&format!("DROP DATABASE {} WITH (FORCE)", self.name)) {
            eprintln!("{} could not be dropped: {error}", self.name);
        }
    }
}
