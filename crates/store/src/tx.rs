//! A transaction, over either driver.

use crate::{Error, Result, dialect::Dialect, row::Row, value::Value};
use std::cell::RefCell;

/// A transaction under way. Query functions take it first; it cannot leave its closure.
pub struct Tx<'a> {
    driver: Driver<'a>,
}

enum Driver<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(RefCell<Client<'a>>),
}

/// A PostgreSQL transaction with the connection's prepared statements.
pub(crate) struct Client<'a> {
    pub(crate) transaction: ::postgres::Transaction<'a>,
    pub(crate) statements: &'a mut std::collections::HashMap<String, ::postgres::Statement>,
}

impl Client<'_> {
    fn prepare(&mut self, sql: &str) -> Result<::postgres::Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.transaction.prepare(sql)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// References to parameters, as the PostgreSQL driver wants them.
fn references(params: &[Value]) -> Vec<&(dyn ::postgres::types::ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ::postgres::types::ToSql + Sync)).collect()
}

impl<'a> Tx<'a> {
    pub(crate) fn sqlite(connection: &'a rusqlite::Connection) -> Self {
        Self { driver: Driver::Sqlite(connection) }
    }

    pub(crate) fn postgres(client: Client<'a>) -> Self {
        Self { driver: Driver::Postgres(RefCell::new(client)) }
    }

    /// Commits on PostgreSQL; SQLite's writer commits a whole group itself.
    pub(crate) fn commit(self) -> Result<()> {
        match self.driver {
            Driver::Sqlite(_) => Ok(()),
            Driver::Postgres(client) => Ok(client.into_inner().transaction.commit()?),
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.driver {
            Driver::Sqlite(_) => Dialect::Sqlite,
            Driver::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs several statements without parameters (migrations).
    pub(crate) fn batch(&self, sql: &str) -> Result<()> {
        match &self.driver {
            Driver::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Driver::Postgres(client) => Ok(client.borrow_mut().transaction.batch_execute(sql)?),
        }
    }

    /// Runs a statement and tells how many rows it changed. Parameters are `$1`, `$2` … numbered in
    /// the order of their first appearance.
    pub(crate) fn execute(&self, sql: &str, params: &[Value]) -> Result<usize> {
        match &self.driver {
            Driver::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                Ok(statement.execute(rusqlite::params_from_iter(params))?)
            }
            Driver::Postgres(client) => {
                let mut client = client.borrow_mut();
                let statement = client.prepare(sql)?;
                Ok(client.transaction.execute(&statement, &references(params))? as usize)
            }
        }
    }

    /// Runs a guarded statement that must change exactly one row; anything else is [`Error::Conflict`].
    pub(crate) fn execute_one(&self, sql: &str, params: &[Value], what: &'static str) -> Result<()> {
        if self.execute(sql, params)? == 1 { Ok(()) } else { Err(Error::Conflict(what)) }
    }

    /// All rows of a query.
    pub(crate) fn query<T>(
        &self,
        sql: &str,
        params: &[Value],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        match &self.driver {
            Driver::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(params))?;
                let mut out = Vec::new();
                while let Some(row) = rows.next()? {
                    out.push(map(&Row::Sqlite(row))?);
                }
                Ok(out)
            }
            Driver::Postgres(client) => {
                let mut client = client.borrow_mut();
                let statement = client.prepare(sql)?;
                let rows = client.transaction.query(&statement, &references(params))?;
                rows.iter().map(|row| map(&Row::Postgres(row))).collect()
            }
        }
    }

    /// The first row of a query, if there is one.
    pub(crate) fn query_opt<T>(
        &self,
        sql: &str,
        params: &[Value],
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.query(sql, params, map)?.into_iter().next())
    }

    /// The one row of a query that always has one (`INSERT … RETURNING`, `count(*)`).
    pub(crate) fn query_one<T>(
        &self,
        sql: &str,
        params: &[Value],
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.query_opt(sql, params, map)?.ok_or_else(|| Error::Other(format!("no row where there must be one: {sql}")))
    }
}
