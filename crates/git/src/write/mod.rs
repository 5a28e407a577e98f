//! Writing without a work tree: commits made of file actions, branches, tags, refs.

mod commit;
mod importer;
mod refs;
mod replay;

pub use commit::{Action, CommitRequest, FileAction, Person};
pub use refs::TagMessage;
pub use replay::{Direction, Replay};
