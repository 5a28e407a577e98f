//! Runners made, registered, verified, changed, listed and removed (runner protocol §2, §3), over the real
//! router and both databases.

mod edit;
mod jobs;
mod lists;
mod making;
mod registration;
mod support;
mod tokens;
