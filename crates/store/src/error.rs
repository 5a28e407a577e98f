//! What can go wrong in the database.

/// The crate's error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row that must be unique is there already; names the index or columns.
    #[error("there is already such a row ({0})")]
    Duplicate(String),
    /// A guarded write found the row changed by somebody else.
    #[error("the {0} was changed by somebody else meanwhile")]
    Conflict(&'static str),
    /// A row that refers to another that is not there, or is still referred to.
    #[error("a row refers to one that is not there ({0})")]
    Reference(String),
    /// A column holds what it must not.
    #[error("table column {column} holds a value that cannot be read: {reason}")]
    Corrupt {
        /// Number or name of the column in the query.
        column: String,
        /// Why it cannot be read.
        reason: String,
    },
    /// The disk is full: nothing was written.
    #[error("the database's disk is full; nothing was written. Free some space and try again")]
    Full,
    /// The interleaving of two transactions was refused: the closure is run again.
    #[error("the transaction was interrupted by another one")]
    Retry,
    /// The database is not to be had.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The data was written by a newer version of the program.
    #[error(
        "the database is at version {found}, this program knows {known}: it was written by a newer Pipewright, use that one"
    )]
    Newer {
        /// Migrations applied.
        found: i64,
        /// Migrations known.
        known: i64,
    },
    /// Anything else, in the driver's words.
    #[error("the database failed: {0}")]
    Other(String),
}

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a transaction's closure may fail with: this crate's error or one that can hold it, so that a
/// refusal decided inside a transaction undoes it and reaches the caller as it is.
pub trait TxError: From<Error> + Send + 'static {
    /// The database's own error, if that is what it is.
    fn store(&self) -> Option<&Error>;
}

impl TxError for Error {
    fn store(&self) -> Option<&Error> {
        Some(self)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ffi::ErrorCode;
        if let rusqlite::Error::SqliteFailure(failure, message) = &error {
            let message = message.clone().unwrap_or_default();
            match failure.code {
                ErrorCode::DiskFull => return Self::Full,
                ErrorCode::ConstraintViolation if failure.extended_code == 787 => return Self::Reference(message),
                ErrorCode::ConstraintViolation if matches!(failure.extended_code, 1555 | 2067) => {
                    return Self::Duplicate(message);
                }
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => return Self::Unavailable(error.to_string()),
                _ => {}
            }
        }
        Self::Other(error.to_string())
    }
}

impl From<::postgres::Error> for Error {
    fn from(error: ::postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            return if error.is_closed() {
                Self::Unavailable(error.to_string())
            } else {
                Self::Other(describe(&error))
            };
        };
        match db.code().code() {
            "23505" => Self::Duplicate(db.constraint().unwrap_or(db.message()).to_owned()),
            "23503" => Self::Reference(db.constraint().unwrap_or(db.message()).to_owned()),
            "40001" | "40P01" => Self::Retry,
            "53100" => Self::Full,
            "57P01" | "57P02" | "57P03" | "53300" => Self::Unavailable(db.message().to_owned()),
            _ => Self::Other(format!("{} ({})", db.message(), db.code().code())),
        }
    }
}

/// The driver's error with its cause, which it does not print itself.
fn describe(error: &::postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
