//! Users, groups, projects and repositories over REST and git.

mod costly;
mod credentials;
mod files;
mod git;
mod git_access;
mod graphql;
mod groups;
mod history;
mod job_token_scope;
mod members;
mod projects;
mod protected;
mod refs;
mod repo;
mod tokens;
mod transfer;
mod users;
mod variables;
