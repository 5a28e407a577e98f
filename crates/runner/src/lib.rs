//! The built-in runner: takes jobs over the public protocol and runs them in a shell.
//!
//! It sees nothing of the server but its protocol, whether it runs beside the server, inside it, or
//! against any other server that speaks the same. A program that embeds it gives
//! [`keep_if_asked`] the first word in `main`, builds a [`RunnerConfig`], and awaits
//! [`Runner::run`].

mod archive;
mod asking;
mod client;
mod config;
#[doc(hidden)]
pub mod fuzzing;
mod job;
mod keeper;
mod processes;
mod runner;
mod slots;
mod system_id;
mod trace;

pub use config::RunnerConfig;
pub use keeper::{KEEPER_ARGUMENT, keep_if_asked};
pub use runner::{Runner, RunnerError, Shutdown};
