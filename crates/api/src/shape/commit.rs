//! Commits.

use pipewright_model::Commit;
use pipewright_wire::repository::Commit as Shape;

/// A commit of the project with that full path; `base` is the server's address.
pub(crate) fn commit(commit: &Commit, base: &str, project: &str) -> Shape {
    Shape {
        id: commit.id.clone(),
        short_id: commit.short_id.clone(),
        created_at: commit.committed_date.clone(),
        parent_ids: commit.parent_ids.clone(),
        title: commit.title.clone(),
        message: commit.message.clone(),
        author_name: commit.author_name.clone(),
        author_email: commit.author_email.clone(),
        authored_date: commit.authored_date.clone(),
        committer_name: commit.committer_name.clone(),
        committer_email: commit.committer_email.clone(),
        committed_date: commit.committed_date.clone(),
        trailers: serde_json::Map::new(),
        extended_trailers: serde_json::Map::new(),
        web_url: format!("{base}/{project}/-/commit/{}", commit.id),
    }
}
