//! The one error of this crate.

use std::io;

/// An error of somebody else's making, passed on.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What this crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why git could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The repository, ref, commit or path does not exist.
    #[error("{what} does not exist")]
    NotFound {
        /// Which thing, as the caller named it: `branch main`.
        what: String,
    },
    /// Something is in the way, or moved in the meantime.
    #[error("{what}")]
    Conflict {
        /// A sentence about it.
        what: String,
    },
    /// The request makes no sense on what is there.
    #[error("{reason}")]
    Refused {
        /// A sentence about it.
        reason: String,
    },
    /// A name that git, or this crate, does not allow.
    #[error("{name:?} cannot be used as {role}: {reason}")]
    BadName {
        /// The name given.
        name: String,
        /// What it was to name: `a branch`, `a file`, …
        role: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The thing asked for is larger than the caller wants to hold.
    #[error("{what} has {size} bytes, which is more than the limit of {limit}")]
    TooLarge {
        /// Which thing.
        what: String,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A request body that is not what the git protocol calls for.
    #[error("the request is not git's: {0}")]
    Protocol(String),
    /// The request body broke off.
    #[error("the request broke off: {0}")]
    Input(#[source] BoxError),
    /// The disk is full.
    #[error("the disk that holds the repositories is full: free some space, then try again")]
    NoSpace,
    /// Git failed in a way this crate does not know.
    #[error("git {command} failed: {stderr}")]
    Failed {
        /// The subcommand.
        command: String,
        /// What it said, cut to a few kilobytes.
        stderr: String,
    },
    /// The system failed.
    #[error("{action}: {source}")]
    Io {
        /// What was being done.
        action: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }

    pub(crate) fn conflict(what: impl Into<String>) -> Self {
        Self::Conflict { what: what.into() }
    }

    pub(crate) fn refused(reason: impl Into<String>) -> Self {
        Self::Refused { reason: reason.into() }
    }

    /// Wraps a failure of the system; a full disk is its own kind.
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace,
            _ => Self::Io { action, source },
        }
    }

    /// Wraps what a failed git command said.
    pub(crate) fn failed(command: &str, stderr: &str) -> Self {
        let full = ["No space left on device", "Disk quota exceeded", "Out of diskspace"];
        if full.iter().any(|words| stderr.contains(words)) {
            return Self::NoSpace;
        }
        Self::Failed { command: command.to_owned(), stderr: stderr.trim().to_owned() }
    }
}
