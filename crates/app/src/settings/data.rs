//! Where the data is.

use super::File;
use crate::error::{Error, Result};
use std::path::PathBuf;

const DEFAULT_FOLDER: &str = "./pipewright-data";

/// As given.
#[derive(Debug, clap::Args)]
pub(crate) struct DataOptions {
    /// Folder for the database, repositories and artifacts [default: ./pipewright-data]
    #[arg(long, global = true, env = "PIPEWRIGHT_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// "sqlite" (in the data folder) or postgres://user:password@host/database [default: sqlite]
    #[arg(long, global = true, env = "PIPEWRIGHT_DATABASE", value_name = "DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// Folder or s3://bucket/prefix?endpoint=…&region=… for artifacts and finished logs [default: in the data folder]
    #[arg(long, global = true, env = "PIPEWRIGHT_OBJECTS", value_name = "PLACE", hide_env_values = true)]
    pub(crate) objects: Option<String>,
    /// File with the key that encrypts CI variables; made if missing [default: secret.key in the data folder]
    #[arg(long, global = true, env = "PIPEWRIGHT_KEY_FILE", value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
}

/// As meant.
#[derive(Clone, Debug)]
pub(crate) struct DataSettings {
    pub(crate) folder: PathBuf,
    pub(crate) database: Database,
    pub(crate) objects: Objects,
    /// `None`: in the data folder.
    pub(crate) key_file: Option<PathBuf>,
    /// Whether acknowledged means on disk; off for throwaway data.
    pub(crate) durable: bool,
}

/// Which database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// In the data folder.
    Sqlite,
    /// A server's URL.
    Postgres(String),
}

/// Where bytes go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Objects {
    /// In the data folder.
    Inside,
    /// A folder or an S3 address.
    Elsewhere(String),
}

impl DataOptions {
    /// With what the file says.
    pub(crate) fn resolve(self, file: &File) -> Result<DataSettings> {
        let database = self.database.or_else(|| file.database.clone());
        let objects = self.objects.or_else(|| file.objects.clone());
        Ok(DataSettings {
            folder: self.data_dir.or_else(|| file.data_dir.clone()).unwrap_or_else(|| DEFAULT_FOLDER.into()),
            database: database.as_deref().map_or(Ok(Database::Sqlite), Database::read)?,
            objects: objects.map_or(Objects::Inside, Objects::Elsewhere),
            key_file: self.key_file.or_else(|| file.key_file.clone()),
            durable: true,
        })
    }
}

impl Database {
    fn read(text: &str) -> Result<Self> {
        match text {
            "sqlite" => Ok(Self::Sqlite),
            url if url.starts_with("postgres://") || url.starts_with("postgresql://") => Ok(Self::Postgres(url.into())),
            // The value may hold a password, so it is not repeated.
            _ => Err(Error::Other("--database: sqlite or postgres://user:password@host/database".to_owned())),
        }
    }
}
