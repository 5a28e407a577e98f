//! Runners: made, registered, heard of, edited, listed and removed.

pub mod contact;
pub mod create;
pub mod edit;
pub mod list;
pub mod register;
pub mod remove;
mod rights;
pub mod show;
pub mod tokens;

pub use rights::Place;
