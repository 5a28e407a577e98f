//! The instance's own settings, one text by key.

use crate::{Result, Tx, value::params};

/// The setting's text, if it was set.
pub fn get(tx: &Tx<'_>, key: &str) -> Result<Option<String>> {
    tx.query_opt("SELECT value FROM settings WHERE key = $1", params![key], |row| row.get(0))
}

/// Sets it.
pub fn set(tx: &Tx<'_>, key: &str, value: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![key, value],
    )?;
    Ok(())
}

/// Sets it unless it is set; what it is then.
pub fn set_first(tx: &Tx<'_>, key: &str, value: &str) -> Result<String> {
    tx.execute("INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING", params![key, value])?;
    tx.query_one("SELECT value FROM settings WHERE key = $1", params![key], |row| row.get(0))
}
