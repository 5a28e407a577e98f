//! Bare repositories: smart HTTP, reads, commits and refs through git itself.
//!
//! Everything here runs the `git` command: what it stores is what every other git reads, and its
//! long years of care for broken input are ours for free. A [`Git`] is a folder of bare
//! repositories; a [`Repository`] is one of them, and every operation is a method of it:
//!
//! * [`http`]: the three requests of smart HTTP, streamed both ways, with a push held open for
//!   inspection before git sees it and again before the client hears that it succeeded;
//! * [`read`]: commits, branches, tags, trees, files, differences, archives;
//! * [`write`]: commits made of file actions, branches, tags, and the refs pipelines keep.
//!
//! Who may do what is not decided here. Names are: nothing that is not a well-formed ref, path or
//! object id reaches a command line.

mod command;
mod error;
pub mod http;
mod names;
pub mod read;
mod repository;
mod root;
pub mod write;

pub use error::{BoxError, Error, Result};
pub use names::{check_branch, check_file_path};
pub use repository::Repository;
pub use root::Git;

use std::io;

use bytes::Bytes;
use futures::stream::BoxStream;

/// Bytes on their way to a client. An error in the middle means the answer must be cut off.
pub type Body = BoxStream<'static, io::Result<Bytes>>;

/// The object id that stands for "no such ref": the old value of a created ref, the new value of a
/// deleted one.
pub const ZERO: &str = "0000000000000000000000000000000000000000";
