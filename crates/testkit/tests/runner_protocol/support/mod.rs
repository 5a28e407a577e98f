//! What the tests of the runner protocol tell their stories with: a whole server, projects, runners that
//! are nothing but HTTP requests, and the jobs those runners were given.
#![allow(dead_code, unused_imports, reason = "each test program uses a part")]

mod http;
mod job;
mod pack;
mod project;
mod runner;
mod server;

pub(crate) use http::Reply;
pub(crate) use job::{Job, chunked, crc};
pub(crate) use pack::{gzip, streamed_zip, zip};
pub(crate) use project::Project;
pub(crate) use runner::{Runner, merge};
pub(crate) use server::{PATIENCE, Server, for_both, for_both_with, patiently, sql};
