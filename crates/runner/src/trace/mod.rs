//! A job's log and its way to the server.

mod log;
mod mask;
mod sender;
mod utf8;

pub(crate) use log::JobLog;
pub(crate) use mask::Masker;
pub(crate) use sender::{Ending, Reporter, announce};
