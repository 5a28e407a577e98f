//! Settings, one struct per concern. Flag beats environment beats file beats default.
//!
//! Flags and environment arrive through clap as options that may be absent; the file has the same
//! names; each concern's `resolve` puts them together. Nothing else reads the environment.

mod data;
mod file;
mod limits;
mod listen;
mod run;

pub(crate) use data::{DataOptions, DataSettings, Database, Objects};
pub(crate) use file::{ConfigOptions, File};
pub(crate) use limits::{LimitOptions, help as limits_help};
pub(crate) use listen::{ListenOptions, ListenSettings, loopback_url};
pub(crate) use run::{BuiltIn, RunOptions, RunSettings, concurrency, positive};
