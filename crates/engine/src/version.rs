//! What the server says it is.

/// The version of GitLab whose API this is: clients split it at its dots and compare.
pub const VERSION: &str = "18.9.2";
/// Names the build where GitLab shows a commit.
pub const REVISION: &str = concat!("pipewright-", env!("CARGO_PKG_VERSION"));
