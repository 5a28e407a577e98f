//! What jobs leave behind, for people: archives, single files out of them, and their end.
//!
//! A file of an archive is read from the archive's directory and that entry alone, so that it costs the
//! same in an archive of any size (Jobs API contract §7).

mod access;
pub(crate) mod directory;
mod entry;
mod expire;
mod find;
mod keep;
mod remove;
mod tree;

pub use entry::FileBytes;
pub use find::{Archive, ByRef};
pub use tree::TreeItem;
