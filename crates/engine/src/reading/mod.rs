//! Jobs as people and their scripts see them: one, lists, logs.

mod agents;
mod debug;
mod follow;
mod lists;
mod page;
mod single;
mod trace;
mod wait;

pub use pipewright_store::Page;
pub use pipewright_store::job_pages::Start;

pub use agents::{AllowedAgent, JobSurroundings};
pub use lists::{JobQuery, Part};
pub use page::{JobPage, Moment};
pub(crate) use single::find;
pub use trace::TraceView;
pub use wait::{DEFAULT_WAIT_SECONDS, LONGEST_WAIT_SECONDS};
