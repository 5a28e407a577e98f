//! Jobs as people and their scripts see them: one, lists, logs.

mod agents;
mod debug;
mod lists;
mod page;
mod single;
mod trace;

pub use pipewright_store::Page;
pub use pipewright_store::job_lists::Start;

pub use agents::JobSurroundings;
pub use lists::JobQuery;
pub use page::JobPage;
pub(crate) use single::find;
pub use trace::{TraceBytes, TraceWindow};
