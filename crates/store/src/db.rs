//! The database, whichever it is.

use crate::{
    Error, Result, TxError, migrate,
    postgres::{Postgres, Purpose},
    sqlite::Sqlite,
    tx::Tx,
};
use std::path::PathBuf;
use std::sync::Arc;

/// Which database to open.
#[derive(Clone, Debug)]
pub enum DbOptions {
    /// A file of SQLite's.
    Sqlite {
        /// The file; made when it is not there.
        path: PathBuf,
        /// On disk when acknowledged; off only for throwaway data.
        durable: bool,
    },
    /// A PostgreSQL server, version 15 or later.
    Postgres {
        /// `postgres://user:password@host/database`.
        url: String,
        /// Worker threads, each with a connection.
        workers: usize,
    },
}

/// The database. Clones share it.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

enum Inner {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Db {
    /// Opens the database and brings its schema up to date. Blocks.
    pub fn open(options: &DbOptions) -> Result<Self> {
        let db = Self::connect(options)?;
        db.migrate(usize::MAX)?;
        Ok(db)
    }

    /// Opens the database as it is.
    pub(crate) fn connect(options: &DbOptions) -> Result<Self> {
        let inner = match options {
            DbOptions::Sqlite { path, durable } => Inner::Sqlite(Sqlite::open(path, *durable)?),
            DbOptions::Postgres { url, workers } => Inner::Postgres(Postgres::open(url, *workers)?),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Applies migrations up to number `limit`; returns the names applied. Blocks.
    pub(crate) fn migrate(&self, limit: usize) -> Result<Vec<&'static str>> {
        let answer = match &*self.inner {
            Inner::Sqlite(sqlite) => sqlite.write(move |tx| migrate::migrate(tx, limit)),
            Inner::Postgres(postgres) => postgres.run(Purpose::Migrate, move |tx| {
                // Two nodes starting together take turns.
                tx.batch("SELECT pg_advisory_xact_lock(7150190)")?;
                migrate::migrate(tx, limit)
            }),
        };
        answer.blocking_recv().map_err(|_| gone())?
    }

    /// Runs a transaction that changes something; answers once it is safe on disk. The closure may run
    /// more than once and must change nothing but the database. An error undoes all of it; on PostgreSQL
    /// a failed statement spoils the transaction, so do not go on after one.
    pub async fn write<T: Send + 'static, E: TxError>(
        &self,
        f: impl Fn(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let answer = match &*self.inner {
            Inner::Sqlite(sqlite) => sqlite.write(f),
            Inner::Postgres(postgres) => postgres.run(Purpose::Write, f),
        };
        answer.await.map_err(|_| gone())?
    }

    /// Runs a transaction that only reads, on one snapshot. Keep it short: on SQLite it runs in place.
    pub async fn read<T: Send + 'static, E: TxError>(
        &self,
        f: impl Fn(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        match &*self.inner {
            Inner::Sqlite(sqlite) => sqlite.read(f),
            Inner::Postgres(postgres) => postgres.run(Purpose::Read, f).await.map_err(|_| gone())?,
        }
    }

    /// A number that is another one after every commit that changed something, and is so before the writer is
    /// answered: what was read while it was the same is what would be read now. `None` where others write, too.
    /// Commands that open the same file beside the server are not counted.
    pub fn version(&self) -> Option<u64> {
        match &*self.inner {
            Inner::Sqlite(sqlite) => Some(sqlite.version()),
            Inner::Postgres(_) => None,
        }
    }

    /// Whether it is the embedded database (one node, one writer).
    pub fn is_embedded(&self) -> bool {
        matches!(&*self.inner, Inner::Sqlite(_))
    }
}

fn gone() -> Error {
    Error::Unavailable("its thread has ended".to_owned())
}
