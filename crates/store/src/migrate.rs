//! Brings a database's schema up to date, one numbered step after the other.

use crate::{Error, Result, tx::Tx, value::params};

/// A step, the same for both databases.
pub(crate) struct Migration {
    /// Name of its file.
    pub(crate) name: &'static str,
    /// Its text.
    pub(crate) sql: &'static str,
}

/// All steps in order. Append only: applied steps are never edited once released.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_initial", sql: include_str!("../migrations/0001_initial.sql") },
    Migration { name: "0002_live_traces", sql: include_str!("../migrations/0002_live_traces.sql") },
    Migration { name: "0003_waiting_by_project", sql: include_str!("../migrations/0003_waiting_by_project.sql") },
    Migration { name: "0004_unfinished_pipelines", sql: include_str!("../migrations/0004_unfinished_pipelines.sql") },
    Migration { name: "0005_job_token_scope", sql: include_str!("../migrations/0005_job_token_scope.sql") },
    Migration { name: "0006_triggers_and_statuses", sql: include_str!("../migrations/0006_triggers_and_statuses.sql") },
    Migration { name: "0007_job_filters", sql: include_str!("../migrations/0007_job_filters.sql") },
    Migration { name: "0010_deployments", sql: include_str!("../migrations/0010_deployments.sql") },
    Migration { name: "0011_cluster_agents", sql: include_str!("../migrations/0011_cluster_agents.sql") },
];

/// Applies what is missing, up to `limit` steps in all (tests stop between steps). Returns the names applied.
pub(crate) fn migrate(tx: &Tx<'_>, limit: usize) -> Result<Vec<&'static str>> {
    tx.batch("CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL)")?;
    let found: i64 = tx.query_one("SELECT COALESCE(MAX(number), 0) FROM migrations", &[], |row| row.get(0))?;
    if found > MIGRATIONS.len() as i64 {
        return Err(Error::Newer { found, known: MIGRATIONS.len() as i64 });
    }
    let mut applied = Vec::new();
    for (number, migration) in (1i64..).zip(MIGRATIONS).take(limit).skip(found as usize) {
        tx.batch(&tx.dialect().spell(migration.sql))?;
        tx.execute("INSERT INTO migrations (number, name) VALUES ($1, $2)", params![number, migration.name])?;
        applied.push(migration.name);
    }
    Ok(applied)
}
