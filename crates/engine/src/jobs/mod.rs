//! Jobs: handed to runners, updated by them, ended; played, retried and canceled by people.

pub mod archive;
pub mod artifacts;
pub mod bridges;
pub mod cancel;
pub(crate) mod candidates;
mod coverage;
mod cross;
mod dependencies;
pub mod dotenv;
pub mod download;
pub mod erase;
mod expand;
pub mod finish;
pub(crate) mod index;
pub(crate) mod masking;
pub mod payload;
mod payload_parts;
pub mod play;
pub mod predefined;
mod release;
pub mod request;
pub mod retry;
pub mod runner_calls;
pub mod trace;
pub mod update;
pub mod variables;
