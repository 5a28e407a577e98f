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
        everywhere: check.boolean("all").unwrap_or(false),
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
    let (project, commit, newest) = call.engine.commit(&call.caller, &call.project(), &sha).await?;
    reply::ok(&shape::repository::commit_detail(&commit, newest.as_ref(), &project, &call.engine.external_url))
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
    reply::created(&shape::repository::commit_detail(&commit, None, &project, &call.engine.external_url))
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

/// One action of a commit; what is wrong with it is told with its number.
fn action(check: &mut Check<'_>, number: usize, item: &Value) -> Option<FileAction> {
    match read_action(item) {
        Ok(action) => Some(action),
        Err((field, why)) => {
            check.fault(format!("actions[{number}][{field}] {why}"));
            None
        }
    }
}

/// The action, or the field that is wrong and why.
fn read_action(item: &Value) -> Result<FileAction, (&'static str, &'static str)> {
    let text = |name: &'static str| item.get(name).and_then(Value::as_str);
    let needed = |name: &'static str| text(name).ok_or((name, "is missing"));
    let path = needed("file_path")?.to_owned();
    let bytes = text("content").map(|plain| content(plain, text("encoding"))).transpose();
    let bytes = bytes.map_err(|why| ("content", why))?;
    let executable = item.get("execute_filemode").is_some_and(|value| *value == true || *value == "true");
    let action = match needed("action")? {
        "create" => Action::Create { content: bytes.unwrap_or_default(), executable },
        "update" => Action::Update { content: bytes.unwrap_or_default() },
        "delete" => Action::Delete,
        "chmod" => Action::Chmod { executable },
        "move" => Action::Move { from: needed("previous_path")?.to_owned(), content: bytes },
        _ => return Err(("action", "does not have a valid value")),
    };
    Ok(FileAction { path, action })
}
