//! What jobs leave behind, for people: archives, single files out of them, and their end.
//!
//! A file of an archive is read from the archive's directory and that entry alone, so that it costs the
//! same in an archive of any size (Jobs API contract §7).

pub(crate) mod access;
pub(crate) mod directory;
pub(crate) mod entry;
mod expire;
mod find;
mod fuzzing;
mod keep;
#[cfg(test)]
mod reads;
mod remove;
pub(crate) mod source;
pub(crate) mod tree;

pub use entry::FileBytes;
pub use find::{Archive, ByRef};
#[doc(hidden)]
pub use fuzzing::archive as fuzz;
pub use tree::TreeItem;
