//! Users, their tokens and namespaces, groups and memberships.

pub mod bootstrap;
pub(crate) mod ends;
mod group_transfer;
pub mod groups;
pub mod members;
mod memberships;
pub mod namespaces;
pub mod tokens;
pub mod users;
