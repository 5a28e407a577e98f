//! The status machine: given the jobs' statuses and an event, every transition.
//!
//! Nothing here reads a clock, a file or a database. The caller loads a pipeline's jobs into a
//! [`PipelineState`], hands one [`Event`] to [`apply`], and gets either [`Changes`], the whole
//! consequence of the event down to the last stage, or a [`Refusal`] and an untouched state:
//!
//! ```
//! use pipewright_model::{JobId, Status, Timestamp};
//! use pipewright_pipeline::{Event, JobState, PipelineState, apply};
//!
//! let build = JobState::new(JobId(1), "build", 0);
//! let test = JobState::new(JobId(2), "test", 1);
//! let mut state = PipelineState::new(vec![build, test]);
//! apply(&mut state, &Event::Process, Timestamp::from_seconds(0)).unwrap();
//! apply(&mut state, &Event::Run(JobId(1)), Timestamp::from_seconds(5)).unwrap();
//! let changes = apply(&mut state, &Event::Success(JobId(1)), Timestamp::from_seconds(9)).unwrap();
//! assert_eq!(changes.jobs.len(), 2); // `build` ended, so `test` is ready for a runner
//! assert_eq!(changes.jobs[1].to, Status::Pending);
//! assert_eq!(state.status, Status::Running);
//! ```
//!
//! | file | what it decides |
//! | --- | --- |
//! | [`composite`] | the status of a set of jobs |
//! | [`gate`] | whether a job's turn has come, by its `when` |
//! | [`transition`] | which moves a single job may make |
//! | [`mod@apply`] | what one event does to a pipeline |
//! | [`retry`], [`failure`] | automatic retries, the vocabulary of failures |
//! | [`downstream`] | what a bridge makes of the pipeline it started |
//! | [`resource`] | who is next in a resource group |
//! | [`auto_cancel`] | what a newer pipeline cancels of an older one |
//! | [`matching`], [`features`] | which runner may take which job, and in which order |
//! | [`operations`] | whether a person may play, retry, cancel or erase a job |

pub mod apply;
pub mod auto_cancel;
pub mod changes;
pub mod composite;
pub mod downstream;
pub mod event;
pub mod failure;
pub mod features;
mod finish;
pub mod gate;
mod graph;
mod machine;
pub mod matching;
pub mod operations;
pub mod refusal;
pub mod resource;
pub mod retry;
pub mod state;
pub mod transition;
mod turns;

pub use apply::apply;
pub use changes::{Attempt, Changes, Effect, JobChange, Patch, PipelineChange, StageChange};
pub use downstream::Strategy;
pub use event::Event;
pub use failure::{FailureReason, clamp_exit_code};
pub use refusal::Refusal;
pub use retry::{RetryPolicy, should_retry};
pub use state::{JobRules, JobState, PipelineState, StageState};
