//! Answers to GraphQL queries.

use serde::Serialize;
use serde_json::{Map, Value};

/// An answer: what was asked for, or what is wrong with the question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Response {
    /// The fields, under the names the query gives them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<QueryError>>,
}

/// One thing that is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueryError {
    /// A sentence.
    pub message: String,
    /// Where in the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locations: Option<Vec<Location>>,
    /// Through which fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Vec<String>>,
    /// For programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Extensions>,
}

/// A place in a query, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// Which field of which type a fault is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Extensions {
    /// `undefinedField`, …
    pub code: &'static str,
    /// The type.
    pub type_name: String,
    /// The field.
    pub field_name: String,
}
