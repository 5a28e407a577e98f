//! What the routes say of themselves: the source of the OpenAPI document.
//!
//! A surface keeps an entry for every route that tells what it does, what it takes and
//! what it answers ([`Operations`], [`Operation`]). It is held to the code from three sides (a
//! release build pays for none of it):
//!
//! - a debug build watches every request ([`watch`]): a handler that reads a parameter which its description
//!   does not name panics, and so does one whose demands on the caller are not those it is described with;
//! - the tests' callers compare every answer with the document: status, content type, schema;
//! - one test walks the router: each route has a description, each description a route, and each parameter
//!   a handler that reads it.

mod kind;
mod openapi;
mod operation;
mod operations;
mod refusals;
mod schemas;
#[cfg(debug_assertions)]
pub mod watch;

pub use kind::{Field, Kind};
pub use operation::{Operation, Total};
pub use operations::Operations;
