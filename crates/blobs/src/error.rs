//! The one error of this crate, and how the stores' errors become it.

use std::error::Error as StdError;
use std::io;

/// An error of somebody else's making, passed on.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// What this crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why bytes could not be stored, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no blob under this key.
    #[error("nothing is stored under {key}")]
    NotFound {
        /// The key asked for.
        key: String,
    },
    /// The upload is larger than its limit; nothing was kept.
    #[error("the upload is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The disk, quota or bucket is full; nothing was kept.
    #[error("{place} is full: free some space or raise its quota, then try again")]
    NoSpace {
        /// The folder or S3 address.
        place: String,
    },
    /// The range asked for does not lie within the blob.
    #[error("the range asked for lies outside the {size} bytes stored under {key}")]
    OutOfRange {
        /// The key asked for.
        key: String,
        /// How many bytes the blob has.
        size: u64,
    },
    /// The key is not one this crate accepts.
    #[error("{key:?} is not a usable key: {reason}")]
    BadKey {
        /// The key given.
        key: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The place is not one this crate can open.
    #[error("cannot keep objects in {place:?}: {reason}")]
    BadPlace {
        /// The place as it was given.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The stream given to an upload failed (mostly: the client hung up); nothing was kept.
    #[error("the upload broke off: {0}")]
    Input(#[source] BoxError),
    /// The store failed.
    #[error("{place}: {source}")]
    Other {
        /// The folder or S3 address.
        place: String,
        /// What it said.
        source: BoxError,
    },
}

impl Error {
    /// Sorts a store's error into this crate's kinds.
    pub(crate) fn from_store(place: &str, key: &str, error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound { key: key.to_owned() },
            error if is_full(&error) => Self::NoSpace { place: place.to_owned() },
            error => Self::Other { place: place.to_owned(), source: error.into() },
        }
    }

    /// Sorts an error of the local disk.
    pub(crate) fn from_io(place: &str, error: io::Error) -> Self {
        if is_full(&error) {
            return Self::NoSpace { place: place.to_owned() };
        }
        Self::Other { place: place.to_owned(), source: error.into() }
    }
}

/// Whether a full disk, a quota or a full S3 server is at the bottom of this error.
///
/// The stores wrap the system's error several layers deep, so the whole chain is looked at. S3
/// servers have no common code for it: 507 is what MinIO and its kin answer.
fn is_full(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            let kind = io.kind();
            if kind == io::ErrorKind::StorageFull || kind == io::ErrorKind::QuotaExceeded {
                return true;
            }
        }
        next = error.source();
    }
    let text = error.to_string();
    text.contains("507 Insufficient Storage") || text.contains("StorageFull")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(kind: io::ErrorKind) -> object_store::Error {
        object_store::Error::Generic { store: "test", source: Box::new(io::Error::from(kind)) }
    }

    #[test]
    fn a_full_disk_is_recognised_under_its_wrapping() {
        let full = Error::from_store("/data", "k", wrapped(io::ErrorKind::StorageFull));
        assert!(matches!(full, Error::NoSpace { .. }), "{full:?}");
        assert!(full.to_string().starts_with("/data is full"), "{full}");
        let quota = Error::from_store("/data", "k", wrapped(io::ErrorKind::QuotaExceeded));
        assert!(matches!(quota, Error::NoSpace { .. }), "{quota:?}");
    }

    #[test]
    fn other_failures_are_not_called_full() {
        let denied = Error::from_store("/data", "k", wrapped(io::ErrorKind::PermissionDenied));
        assert!(matches!(denied, Error::Other { .. }), "{denied:?}");
    }
}
