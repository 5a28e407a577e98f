//! Reading: every function looks at the repository as it is at that moment and keeps nothing.

mod archive;
mod blame;
mod commits;
mod diff;
mod files;
mod objects;
mod patch;
mod refs;
mod search;
mod tree;

pub use archive::ArchiveFormat;
pub use blame::Blame;
pub use commits::LogQuery;
pub use files::{Blob, FileInfo};
pub use objects::Named;
pub use patch::Change;
pub use refs::{Ref, Tag};
pub use search::{Found, Sized};
pub use tree::{EntryKind, TreeEntry};
