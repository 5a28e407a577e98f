//! One row of an answer, read by column number.

use crate::{Error, Result};
use pipewright_model as model;

/// A row of either driver.
pub(crate) enum Row<'a> {
    /// From SQLite.
    Sqlite(&'a rusqlite::Row<'a>),
    /// From PostgreSQL.
    Postgres(&'a ::postgres::Row),
}

/// A type a column can be read as.
pub(crate) trait Column: Sized {
    /// Reads column `index`.
    fn read(row: &Row<'_>, index: usize) -> Result<Self>;
}

impl Row<'_> {
    /// Reads column `index`, counted from 0.
    pub(crate) fn get<T: Column>(&self, index: usize) -> Result<T> {
        T::read(self, index)
    }

    /// Reads a column that holds JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, index: usize) -> Result<T> {
        serde_json::from_str(self.text(index)?).map_err(|error| corrupt(index, error))
    }

    /// Reads a column that holds a word of a closed list.
    pub(crate) fn word<T: std::str::FromStr<Err = String>>(&self, index: usize) -> Result<T> {
        self.text(index)?.parse().map_err(|reason: String| corrupt(index, reason))
    }

    /// The text of column `index`, where it is.
    fn text(&self, index: usize) -> Result<&str> {
        match self {
            Row::Sqlite(row) => {
                let value = row.get_ref(index).map_err(|error| corrupt(index, error))?;
                value.as_str().map_err(|error| corrupt(index, error))
            }
            Row::Postgres(row) => row.try_get(index).map_err(|error| corrupt(index, error)),
        }
    }
}

fn corrupt(index: usize, reason: impl std::fmt::Display) -> Error {
    Error::Corrupt { column: index.to_string(), reason: reason.to_string() }
}

macro_rules! plain {
    ($($type:ty),+) => {$(
        impl Column for $type {
            fn read(row: &Row<'_>, index: usize) -> Result<Self> {
                match row {
                    Row::Sqlite(row) => row.get(index).map_err(|error| corrupt(index, error)),
                    Row::Postgres(row) => row.try_get(index).map_err(|error| corrupt(index, error)),
                }
            }
        }
        impl Column for Option<$type> {
            fn read(row: &Row<'_>, index: usize) -> Result<Self> {
                match row {
                    Row::Sqlite(row) => row.get(index).map_err(|error| corrupt(index, error)),
                    Row::Postgres(row) => row.try_get(index).map_err(|error| corrupt(index, error)),
                }
            }
        }
    )+};
}
plain!(i64, f64, String, Vec<u8>);

macro_rules! wrapped {
    ($($type:path => |$raw:ident: $raw_type:ty| $make:expr),+ $(,)?) => {$(
        impl Column for $type {
            fn read(row: &Row<'_>, index: usize) -> Result<Self> {
                let $raw: $raw_type = row.get(index)?;
                Ok($make)
            }
        }
        impl Column for Option<$type> {
            fn read(row: &Row<'_>, index: usize) -> Result<Self> {
                let raw: Option<$raw_type> = row.get(index)?;
                Ok(raw.map(|$raw| $make))
            }
        }
    )+};
}
wrapped! {
    bool => |raw: i64| raw != 0,
    model::Timestamp => |raw: i64| model::Timestamp::from_micros(raw),
    model::UserId => |raw: i64| model::UserId(raw),
    model::AccessTokenId => |raw: i64| model::AccessTokenId(raw),
    model::NamespaceId => |raw: i64| model::NamespaceId(raw),
    model::MemberId => |raw: i64| model::MemberId(raw),
    model::ProjectId => |raw: i64| model::ProjectId(raw),
    model::ProtectedRefId => |raw: i64| model::ProtectedRefId(raw),
    model::VariableId => |raw: i64| model::VariableId(raw),
    model::PipelineId => |raw: i64| model::PipelineId(raw),
    model::StageId => |raw: i64| model::StageId(raw),
    model::JobId => |raw: i64| model::JobId(raw),
    model::ArtifactId => |raw: i64| model::ArtifactId(raw),
    model::RunnerId => |raw: i64| model::RunnerId(raw),
    model::RunnerManagerId => |raw: i64| model::RunnerManagerId(raw),
    model::EnvironmentId => |raw: i64| model::EnvironmentId(raw),
    model::DeploymentId => |raw: i64| model::DeploymentId(raw),
    model::ResourceGroupId => |raw: i64| model::ResourceGroupId(raw),
    model::TriggerId => |raw: i64| model::TriggerId(raw),
    model::ClusterAgentId => |raw: i64| model::ClusterAgentId(raw),
    model::ClusterAgentTokenId => |raw: i64| model::ClusterAgentTokenId(raw),
}

impl Column for model::AccessLevel {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        let number: i64 = row.get(index)?;
        Self::from_number(number).ok_or_else(|| corrupt(index, format!("no access level has number {number}")))
    }
}
