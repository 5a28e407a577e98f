//! Reading: every function looks at the repository as it is at that moment and keeps nothing.

mod archive;
mod commits;
mod diff;
mod files;
mod refs;
mod tree;

pub use archive::ArchiveFormat;
pub use commits::LogQuery;
pub use files::{Blob, FileInfo};
pub use refs::{Ref, Tag};
pub use tree::{EntryKind, TreeEntry};
