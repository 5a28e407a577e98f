//! The server as a runner meets it, and nothing but HTTP in between (runner protocol).

mod artifacts;
mod cancel;
mod git;
mod matching;
mod payload;
mod request;
mod support;
mod trace;
mod update;
