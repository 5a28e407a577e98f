//! The nouns: records, ids and statuses, without any input or output.
//!
//! Half an hour in this crate shows the whole product: a [`Project`] holds a repository; a push makes
//! a [`Pipeline`] of [`Stage`]s and [`Job`]s; a [`Runner`] takes a job through one of its
//! [`RunnerManager`]s, appends to its trace and leaves [`Artifact`]s; a [`User`] watches it all by
//! means of an [`AccessToken`]. Records are what the database holds, column by column; wire shapes
//! live in `wire`, decisions in `pipeline` and `engine`.

pub mod artifact;
pub mod clock;
pub mod cluster_agent;
pub mod commit;
pub mod ids;
pub mod job;
pub mod member;
pub mod namespace;
pub mod pipeline;
pub mod project;
pub mod protected_ref;
pub mod random;
pub mod runner;
pub mod status;
pub mod time;
pub mod token;
pub mod trigger;
pub mod user;
pub mod variable;
mod words;

pub use artifact::Artifact;
pub use clock::{Clock, ManualClock, SystemClock};
pub use cluster_agent::{ClusterAgent, ClusterAgentToken};
pub use commit::Commit;
pub use ids::*;
pub use job::{Job, JobKind, Need, Scheduling, Stage, When};
pub use member::{AccessLevel, Member};
pub use namespace::{Namespace, NamespaceKind};
pub use pipeline::{Pipeline, Source};
pub use project::{Project, Visibility};
pub use protected_ref::ProtectedRef;
pub use runner::{Runner, RunnerManager, RunnerType};
pub use status::Status;
pub use time::Timestamp;
pub use token::{AccessToken, Scope, TokenDigest, TokenKind};
pub use trigger::Trigger;
pub use user::{User, UserState};
pub use variable::{Variable, VariableOwner, VariableType};
