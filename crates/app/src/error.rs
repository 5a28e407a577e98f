//! Why a command could not do its work: sentences for whoever typed it.

use std::path::{Path, PathBuf};

/// The commands' one error.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file or folder that cannot be used.
    #[error("{}: {source}", path.display())]
    Path {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The settings' file is not what it should be.
    #[error("{}: {reason}", path.display())]
    Config {
        /// Which file.
        path: PathBuf,
        /// The parser's message, with line and column.
        reason: String,
    },
    /// Another server uses the data.
    #[error(
        "the data folder {} is in use by another pipewright{}: stop that one, or choose another folder with --data-dir",
        path.display(), by.map_or(String::new(), |pid| format!(" (process {pid})"))
    )]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The process that has it, if it left its number.
        by: Option<u32>,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// As given.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database said no.
    #[error("database: {0}")]
    Store(#[from] pipewright_store::Error),
    /// The place for bytes said no.
    #[error("objects: {0}")]
    Blobs(#[from] pipewright_blobs::Error),
    /// A use case said no.
    #[error("{0}")]
    Engine(#[from] pipewright_engine::Error),
    /// Anything else, already a sentence.
    #[error("{0}")]
    Other(String),
}

impl Error {
    /// For `map_err`: what happened to a path.
    pub(crate) fn path(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Path { path: path.to_owned(), source }
    }
}

/// What the commands return.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;
