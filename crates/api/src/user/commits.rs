//! `/projects/:id/repository/commits`.

use super::file_content::content;
use super::route::TakesFiles;
use crate::shape;
use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_engine::lists;
use pipewright_engine::repository::commits::{CommitFilter, NewCommit};
use pipewright_git::write::{Action, FileAction};
use pipewright_http_kit::{Answer, Call, Check, Open, Page, reply};
use serde_json::Value;

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/repository/commits", get(list).post(create))
        .route("/projects/{id}/repository/commits/{sha}", get(show))
}

async fn list(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let filter = CommitFilter {
        ref_name: check.text("ref_name"),
        path: check.text("path"),
        since: check.time("since"),
        until: check.time("until"),
    };
    let page = Page::read(&mut check);
    check.done()?;
    // Counting history is dear: one row more than the page tells whether there is a next one.
    let part = lists::Page { limit: page.limit_plus_one(), offset: page.offset() };
    let (project, mut commits) = call.engine.list_commits(&call.caller, &call.project(), filter, part).await?;
    let rest = page.cut(&mut commits);
    let base = &call.engine.external_url;
    let shapes: Vec<_> = commits.iter().map(|commit| shape::commit::commit(commit, base, &project.full_path)).collect();
    reply::page(&call, &page, rest, &shapes)
}

async fn show(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let sha = check.required_text("sha");
    check.done()?;
    let (project, commit) = call.engine.commit(&call.caller, &call.project(), &sha).await?;
    reply::ok(&shape::repository::commit_detail(&commit, &project, &call.engine.external_url))
}

async fn create(call: Call<TakesFiles>) -> Answer {
    let mut check = call.check();
    let new = NewCommit {
        branch: check.required_text("branch"),
        message: check.required_text("commit_message"),
        start: check.text("start_sha").or_else(|| check.text("start_branch")).filter(|text| !text.is_empty()),
        author_name: check.text("author_name"),
        author_email: check.text("author_email"),
        actions: actions(&mut check),
    };
    check.done()?;
    let (project, commit) = call.engine.create_commit(&call.caller, &call.project(), new).await?;
    reply::created(&shape::repository::commit_detail(&commit, &project, &call.engine.external_url))
}

fn actions(check: &mut Check<'_>) -> Vec<FileAction> {
    let items = match check.value("actions") {
        None => {
            check.fault("actions is missing");
            return Vec::new();
        }
        Some(Value::Array(items)) => items,
        Some(_) => {
            check.fault("actions is invalid");
            return Vec::new();
        }
    };
    items.iter().enumerate().filter_map(|(number, item)| action(check, number, item)).collect()
}

fn action(check: &mut Check<'_>, number: usize, item: &Value) -> Option<FileAction> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    let Some(path) = text("file_path") else {
        check.fault(format!("actions[{number}][file_path] is missing"));
        return None;
    };
    let bytes = match text("content").map(|content_text| content(content_text, text("encoding"))) {
        Some(Err(why)) => {
            check.fault(format!("actions[{number}][content] {why}"));
            return None;
        }
        Some(Ok(bytes)) => Some(bytes),
        None => None,
    };
    let executable = item.get("execute_filemode").is_some_and(|value| *value == true || *value == "true");
    let action = match text("action") {
        Some("create") => Action::Create { content: bytes.unwrap_or_default(), executable },
        Some("update") => Action::Update { content: bytes.unwrap_or_default() },
        Some("delete") => Action::Delete,
        Some("chmod") => Action::Chmod { executable },
        Some("move") => match text("previous_path") {
            Some(from) => Action::Move { from: from.to_owned(), content: bytes },
            None => {
                check.fault(format!("actions[{number}][previous_path] is missing"));
                return None;
            }
        },
        Some(_) => {
            check.fault(format!("actions[{number}][action] does not have a valid value"));
            return None;
        }
        None => {
            check.fault(format!("actions[{number}][action] is missing"));
            return None;
        }
    };
    Some(FileAction { path: path.to_owned(), action })
}
