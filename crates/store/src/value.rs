//! Parameters of a query, for both drivers.

use pipewright_model as model;

/// One parameter. Made by `From` from the types the records are made of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// NULL.
    Null,
    /// Integers, ids, times, booleans.
    Int(i64),
    /// Fractions.
    Real(f64),
    /// Text, words, JSON.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

macro_rules! from {
    ($($type:ty => |$value:ident| $make:expr),+ $(,)?) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self { $make }
        }
    )+};
}
macro_rules! from_ids {
    ($($id:ident),+ $(,)?) => {$(
        impl From<model::$id> for Value {
            fn from(id: model::$id) -> Self { Self::Int(id.0) }
        }
    )+};
}
macro_rules! from_words {
    ($($word:path),+ $(,)?) => {$(
        impl From<$word> for Value {
            fn from(word: $word) -> Self { Self::Text(word.as_str().to_owned()) }
        }
    )+};
}

from! {
    i64 => |value| Self::Int(value),
    bool => |value| Self::Int(i64::from(value)),
    f64 => |value| Self::Real(value),
    &str => |value| Self::Text(value.to_owned()),
    String => |value| Self::Text(value),
    &String => |value| Self::Text(value.clone()),
    Vec<u8> => |value| Self::Bytes(value),
    &[u8] => |value| Self::Bytes(value.to_vec()),
    model::Timestamp => |value| Self::Int(value.micros()),
    &model::TokenDigest => |value| Self::Text(value.0.clone()),
    model::AccessLevel => |value| Self::Int(value.number()),
}
from_ids!(
    UserId,
    AccessTokenId,
    NamespaceId,
    MemberId,
    ProjectId,
    ProtectedRefId,
    VariableId,
    PipelineId,
    StageId,
    JobId,
    ArtifactId,
    RunnerId,
    RunnerManagerId,
    EnvironmentId,
    DeploymentId,
    ResourceGroupId,
    TriggerId,
    ClusterAgentId,
    ClusterAgentTokenId,
);
from_words!(
    model::Status,
    model::UserState,
    model::NamespaceKind,
    model::Visibility,
    model::VariableType,
    model::Source,
    model::JobKind,
    model::When,
    model::Scheduling,
    model::RunnerType,
    model::artifact::FileFormat,
    model::artifact::Accessibility,
);

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

impl ::postgres::types::ToSql for Value {
    fn to_sql(
        &self,
        ty: &::postgres::types::Type,
        out: &mut bytes::BytesMut,
    ) -> Result<::postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(::postgres::types::IsNull::Yes),
            Self::Int(value) => value.to_sql(ty, out),
            Self::Real(value) => value.to_sql(ty, out),
            Self::Text(value) => value.to_sql(ty, out),
            Self::Bytes(value) => value.to_sql(ty, out),
        }
    }

    fn accepts(_: &::postgres::types::Type) -> bool {
        true // every column is one of the five kinds; the value's own conversion checks
    }

    ::postgres::types::to_sql_checked!();
}

/// The parameters of a query: `params![id, name]`.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::value::Value::from($value)),*][..] };
}
pub(crate) use params;
