//! Why a use case refused or failed. The surfaces turn it into their envelope in one place.

use pipewright_store as store;

/// The engine's error: refusals are the caller's doing (4xx), the rest ours (5xx).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No usable credentials (401).
    #[error("401 Unauthorized")]
    Unauthorized,
    /// The credentials have expired or were revoked (401 with the token error's own words).
    #[error("{0}")]
    InvalidToken(&'static str),
    /// The token's scopes do not reach (403 `insufficient_scope`); the scopes that would.
    #[error("The request requires higher privileges than provided by the access token.")]
    InsufficientScope(&'static str),
    /// Not allowed, with the reason if there is one to give (403 `403 Forbidden - reason`).
    #[error("403 Forbidden{}", .0.as_ref().map(|why| format!(" - {why}")).unwrap_or_default())]
    Forbidden(Option<String>),
    /// There is no such thing, or not for this caller (404): `Project`, `User`, `Group` … make
    /// `404 Project Not Found`; see [`Error::record`] and [`Error::file`] for the two bare forms.
    #[error("404 {0}")]
    NotFound(String),
    /// The project has another address now: 301 for GET, 405 else (Jobs API contract §1). Only who sees the project
    /// is told.
    #[error("404 Project Not Found")]
    Moved(pipewright_model::ProjectId),
    /// A value that cannot be (400): the whole message.
    #[error("{0}")]
    BadRequest(String),
    /// Fields that cannot be (400 with `message` an object of arrays): field and what is wrong.
    #[error("{}", .0.iter().map(|(field, what)| format!("{field} {what}")).collect::<Vec<_>>().join(", "))]
    Invalid(Vec<(String, String)>),
    /// Not in this state (409): the whole message.
    #[error("{0}")]
    Conflict(String),
    /// It changed since the time the caller named (412).
    #[error("412 Precondition Failed")]
    Changed,
    /// Something that was given up for good (410): the reason.
    #[error("410 Gone")]
    Gone(&'static str),
    /// The request's bytes exceed a limit (413).
    #[error("{0}")]
    TooLarge(String),
    /// The right method on a thing that has moved or cannot do this (405).
    #[error("{0}")]
    NotAllowed(String),
    /// No room to store it (507): nothing was kept.
    #[error("the server's disk is full; nothing was stored")]
    Full,
    /// The database or a folder is not to be had just now (503).
    #[error("{0}")]
    Unavailable(String),
    /// Too much of a kind that costs the server much is asked for just now (503): the whole sentence.
    #[error("{0}")]
    Busy(String),
    /// Ours (500); logged once with the request's id.
    #[error("{0}")]
    Internal(String),
}

/// The engine's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Refused without a reason.
    pub const fn forbidden() -> Self {
        Self::Forbidden(None)
    }

    /// Refused with a reason.
    pub fn forbidden_because(why: impl Into<String>) -> Self {
        Self::Forbidden(Some(why.into()))
    }

    /// `404 <noun> Not Found`.
    pub fn missing(noun: &str) -> Self {
        Self::NotFound(format!("{noun} Not Found"))
    }

    /// `404 Not found` (small f): a record that is looked up by its id (Jobs API contract §1.2).
    pub fn record() -> Self {
        Self::NotFound("Not found".to_owned())
    }

    /// `404 Not Found` (capital F): a file that is not there (Jobs API contract §1.2).
    pub fn file() -> Self {
        Self::NotFound("Not Found".to_owned())
    }

    /// One field that cannot be.
    pub fn invalid(field: &str, what: impl Into<String>) -> Self {
        Self::Invalid(vec![(field.to_owned(), what.into())])
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict(_) => Self::Conflict("409 Conflict: Resource lock".to_owned()),
            store::Error::Duplicate(what) => Self::Conflict(format!("409 Conflict: already exists ({what})")),
            store::Error::Full => Self::Full,
            store::Error::Unavailable(why) => Self::Unavailable(why),
            // Kept whole: `store::TxError` asks for it before the caller ever sees it.
            store::Error::Retry => Self::Unavailable(RETRY.to_owned()),
            other => Self::Internal(other.to_string()),
        }
    }
}

/// Marks a refused interleaving on its way through a closure.
const RETRY: &str = "the database was too busy, try again";

impl store::TxError for Error {
    fn store(&self) -> Option<&store::Error> {
        match self {
            Self::Unavailable(why) if why == RETRY => Some(&store::Error::Retry),
            _ => None,
        }
    }
}

impl From<pipewright_blobs::Error> for Error {
    fn from(error: pipewright_blobs::Error) -> Self {
        match error {
            pipewright_blobs::Error::NoSpace { .. } => Self::Full,
            error @ pipewright_blobs::Error::TooLarge { .. } => Self::TooLarge(error.to_string()),
            error @ pipewright_blobs::Error::Input(_) => Self::BadRequest(error.to_string()),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<pipewright_git::Error> for Error {
    fn from(error: pipewright_git::Error) -> Self {
        use pipewright_git::Error as Git;
        match error {
            Git::NotFound { .. } => Self::file(),
            Git::Conflict { .. } | Git::Refused { .. } | Git::BadName { .. } | Git::Protocol(_) | Git::Input(_) => {
                Self::BadRequest(error.to_string())
            }
            Git::TooLarge { .. } => Self::TooLarge(error.to_string()),
            Git::NoSpace => Self::Full,
            Git::Failed { .. } | Git::Io { .. } => Self::Internal(error.to_string()),
        }
    }
}
