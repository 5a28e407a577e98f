//! From settings to an engine: database, bytes, repositories, key.

use super::folder::DataFolder;
use super::key;
use crate::error::{Error, Result};
use crate::settings::{DataSettings, Database, Objects};
use pipewright_blobs::Blobs;
use pipewright_engine::{Engine, Parts, bells::Bells, limits::Limits};
use pipewright_git::Git;
use pipewright_model::SystemClock;
use pipewright_store::{Db, DbOptions};
use std::path::PathBuf;
use std::sync::Arc;

/// Connections to PostgreSQL, each with a thread.
const POSTGRES_WORKERS: usize = 8;

/// Opens the database and brings its schema up to date. Blocks.
pub(crate) fn open_database(settings: &DataSettings, folder: &DataFolder) -> Result<Db> {
    Ok(Db::open(&match &settings.database {
        Database::Sqlite => DbOptions::Sqlite { path: folder.file("pipewright.db")?, durable: settings.durable },
        Database::Postgres(url) => DbOptions::Postgres { url: url.clone(), workers: POSTGRES_WORKERS },
    })?)
}

fn key_file(settings: &DataSettings, folder: &DataFolder) -> PathBuf {
    settings.key_file.clone().unwrap_or_else(|| folder.path().join("secret.key"))
}

/// Refuses to work with a key that does not fit: every variable would be noise, and new ones would be sealed with
/// another key than the old.
pub(crate) async fn check_key(engine: &Engine, settings: &DataSettings, folder: &DataFolder) -> Result<()> {
    if engine.key_fits().await? {
        return Ok(());
    }
    Err(Error::Other(format!(
        "{}: not the key this database's secrets were stored with; put that one there, or name its file with --key-file",
        key_file(settings, folder).display()
    )))
}

/// Opens everything an engine works with. Blocks.
pub(crate) fn open_engine(
    settings: &DataSettings,
    folder: &DataFolder,
    external_url: String,
    limits: Limits,
) -> Result<Engine> {
    let key_file = key_file(settings, folder);
    let objects = match &settings.objects {
        Objects::Inside => folder.inside("objects")?.to_string_lossy().into_owned(),
        Objects::Elsewhere(place) => place.clone(),
    };
    let largest = Some(limits.push_bytes).filter(|bytes| *bytes > 0);
    let git = Git::new(folder.inside("repositories")?, largest).map_err(|error| Error::Other(error.to_string()))?;
    Ok(Engine::new(Parts {
        db: open_database(settings, folder)?,
        blobs: Blobs::open(&objects)?,
        git,
        clock: Arc::new(SystemClock),
        secrets: key::load(&key_file)?,
        external_url,
        bells: Bells::default(),
        limits,
    }))
}
