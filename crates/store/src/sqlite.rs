//! SQLite: one writer thread that commits in groups, readers in place.

use crate::{Error, Result, TxError, tx::Tx};
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use tokio::sync::oneshot;

/// Most requests committed together: bounds how long the first one waits.
const GROUP: usize = 256;

/// A request to the writer: runs in its own savepoint (not at all where no transaction could begin),
/// then waits for the group's commit.
type Request = Box<dyn FnOnce(Result<&Connection>) -> Answer + Send>;
/// Tells the caller how the commit went.
type Answer = Box<dyn FnOnce(Result<()>) + Send>;

/// The database file.
pub(crate) struct Sqlite {
    path: PathBuf,
    durable: bool,
    requests: mpsc::Sender<Request>,
    readers: Mutex<Vec<Connection>>,
    /// Commits of this process that changed something.
    changes: Arc<AtomicU64>,
}

/// Opens a connection with our settings. `durable` means on disk when acknowledged.
fn open(path: &Path, durable: bool) -> Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.set_prepared_statement_cache_capacity(256);
    // Without this a statement with `LIMIT ?` is planned anew at every use, for its parameter's new value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", if durable { "FULL" } else { "OFF" })?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", "-4096")?;
    connection.pragma_update(None, "journal_size_limit", "67108864")?;
    Ok(connection)
}

impl Sqlite {
    /// Opens the file, starting the writer's thread, which ends when this is dropped.
    pub(crate) fn open(path: &Path, durable: bool) -> Result<Self> {
        let writer = open(path, durable)?;
        let (requests, queue) = mpsc::channel();
        let changes = Arc::<AtomicU64>::default();
        let count = Arc::clone(&changes);
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write_loop(&writer, &queue, &count))
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Self { path: path.to_owned(), durable, requests, readers: Mutex::new(Vec::new()), changes })
    }

    /// Counts this process's commits that changed something. It has counted a commit before anybody hears of it.
    pub(crate) fn version(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Reads in place, on a connection of the reader pool.
    pub(crate) fn read<T, E: TxError>(&self, f: impl FnOnce(&Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let pooled = self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => open(&self.path, self.durable)?,
        };
        // A deferred transaction gives all the closure's queries one snapshot.
        connection.prepare_cached("BEGIN").and_then(|mut begin| begin.execute([])).map_err(Error::from)?;
        let result = f(&Tx::sqlite(&connection));
        connection.prepare_cached("ROLLBACK").and_then(|mut end| end.execute([])).map_err(Error::from)?;
        self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(connection);
        result
    }

    /// Hands a closure to the writer; the answer comes once it is committed.
    pub(crate) fn write<T: Send + 'static, E: TxError>(
        &self,
        f: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, E>> {
        let (answer, receiver) = oneshot::channel();
        let request: Request = Box::new(move |connection| {
            let outcome = connection.map_err(E::from).and_then(|connection| in_savepoint(connection, f));
            Box::new(move |committed| {
                // The caller may have gone away; its change stands.
                let _ = answer.send(outcome.and_then(|value| committed.map(|()| value).map_err(E::from)));
            })
        });
        // A writer that is gone drops the request, which closes the channel the caller waits on.
        let _ = self.requests.send(request);
        receiver
    }
}

/// Runs one closure so that its failure undoes its own changes and nobody else's.
fn in_savepoint<T, E: TxError>(connection: &Connection, f: impl FnOnce(&Tx<'_>) -> Result<T, E>) -> Result<T, E> {
    connection.execute_batch("SAVEPOINT request").map_err(Error::from)?;
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&Tx::sqlite(connection))))
        .unwrap_or_else(|_| Err(Error::Other("a transaction's code panicked".to_owned()).into()));
    let end = if outcome.is_ok() { "RELEASE request" } else { "ROLLBACK TO request; RELEASE request" };
    connection.execute_batch(end).map_err(Error::from)?;
    outcome
}

/// Takes whatever waits, runs it in one transaction, commits once, answers all.
fn write_loop(connection: &Connection, queue: &mpsc::Receiver<Request>, changes: &AtomicU64) {
    while let Ok(first) = queue.recv() {
        if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
            first(Err(error.into()))(Ok(()));
            continue;
        }
        let before = connection.total_changes();
        let mut answers = vec![first(Ok(connection))];
        // A full disk may undo the whole transaction: what comes after must not run outside of it.
        while answers.len() < GROUP && !connection.is_autocommit() {
            match queue.try_recv() {
                Ok(request) => answers.push(request(Ok(connection))),
                Err(_) => break,
            }
        }
        let committed = if connection.is_autocommit() { Err(undone()) } else { connection.execute_batch("COMMIT") };
        if committed.is_err() {
            let _ = connection.execute_batch("ROLLBACK");
        }
        // A commit that failed may have reached the disk all the same.
        if connection.total_changes() != before {
            changes.fetch_add(1, Ordering::SeqCst);
        }
        for answer in answers {
            answer(match &committed {
                Ok(()) => Ok(()),
                Err(error) => Err(copy(error).into()),
            });
        }
    }
}

/// What the members of a group are told whose transaction SQLite undid as a whole.
fn undone() -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
    rusqlite::Error::SqliteFailure(code, Some("the transaction was undone".to_owned()))
}

/// The same failure again, for each member of the group.
fn copy(error: &rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => rusqlite::Error::SqliteFailure(*failure, message.clone()),
        other => rusqlite::Error::ToSqlConversionFailure(other.to_string().into()),
    }
}
