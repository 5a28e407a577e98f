//! What is wrong with a query, and where.

use graphql_parser::Pos;
use pipewright_wire::graphql::{Extensions, Location, QueryError};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    message: String,
    at: Option<Pos>,
    path: Vec<String>,
    extensions: Option<Extensions>,
}

impl Fault {
    /// A sentence about the whole.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), at: None, path: Vec::new(), extensions: None }
    }

    /// A sentence about a place.
    pub(super) fn at(message: impl Into<String>, at: Pos, path: &[String]) -> Self {
        Self { at: Some(at), path: path.to_vec(), ..Self::new(message) }
    }

    /// A field of a type, with the code clients know the fault by.
    pub(super) fn of_field(mut self, code: &'static str, kind: &str, field: &str) -> Self {
        self.extensions = Some(Extensions { code, type_name: kind.to_owned(), field_name: field.to_owned() });
        self
    }

    pub(super) fn shape(self) -> QueryError {
        QueryError {
            message: self.message,
            locations: self.at.map(|at| vec![Location { line: at.line, column: at.column }]),
            path: (!self.path.is_empty()).then_some(self.path),
            extensions: self.extensions,
        }
    }
}
