//! `/projects/:id/repository/files/:file_path`, `…/raw`, `/repository/tree`, `/repository/archive`.

use super::file_content::content;
use super::paging::part;
use super::route::TakesFiles;
use crate::shape;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use http::{HeaderMap, HeaderValue};
use pipewright_engine::Engine;
use pipewright_engine::repository::commits::NewCommit;
use pipewright_engine::repository::files::FileChange;
use pipewright_git::read::ArchiveFormat;
use pipewright_git::write::Action;
use pipewright_http_kit::{Answer, Call, Check, Open, OpenOrJob, Page, Rest, reply};
use pipewright_wire::instance::FileWritten;

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/repository/files/{file_path}", get(show).post(create).put(update).delete(delete))
        .route("/projects/{id}/repository/files/{file_path}/raw", get(raw))
        .route("/projects/{id}/repository/tree", get(tree))
        .route("/projects/{id}/repository/{archive}", get(archive))
}

async fn show(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let path = check.required_text("file_path");
    let rev = check.required_text("ref");
    check.done()?;
    let file = call.engine.repository_file(&call.caller, &call.project(), &path, &rev).await?;
    let mut response = reply::ok(&shape::repository::file(&file, &rev))?;
    let executable = if file.blob.info.mode == "100755" { "true" } else { "false" };
    let about = [
        ("x-gitlab-blob-id", file.blob.info.id.as_str()),
        ("x-gitlab-commit-id", &file.commit_id),
        ("x-gitlab-content-sha256", &file.sha256),
        ("x-gitlab-encoding", "base64"),
        ("x-gitlab-execute-filemode", executable),
        ("x-gitlab-last-commit-id", &file.last_commit_id),
        ("x-gitlab-ref", &rev),
        ("x-gitlab-size", &file.blob.info.size.to_string()),
    ];
    put(response.headers_mut(), &about);
    let name = path.rsplit('/').next().unwrap_or_default();
    put_text(response.headers_mut(), "x-gitlab-file-name", name);
    put_text(response.headers_mut(), "x-gitlab-file-path", &path);
    Ok(response)
}

fn put(headers: &mut HeaderMap, values: &[(&'static str, &str)]) {
    for (name, value) in values {
        put_text(headers, name, value);
    }
}

/// A value that no header can hold is left out.
fn put_text(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        headers.insert(name, value);
    }
}

async fn raw(call: Call<OpenOrJob>) -> Answer {
    let mut check = call.check();
    let path = check.required_text("file_path");
    let rev = check.text("ref").unwrap_or_default();
    check.done()?;
    let file = call.engine.raw_file(&call.caller, &call.project(), &path, &rev).await?;
    let name = path.rsplit('/').next().unwrap_or_default().replace(['"', '\\'], "_");
    let mut response = Response::new(if call.is_head() { Body::empty() } else { Body::from_stream(file.body) });
    let size = file.info.size.to_string();
    let about = [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", size.as_str()),
        ("x-gitlab-blob-id", &file.info.id),
        ("x-gitlab-commit-id", &file.commit_id),
        ("x-gitlab-last-commit-id", &file.last_commit_id),
        ("x-gitlab-ref", &rev),
        ("x-gitlab-size", &size),
    ];
    put(response.headers_mut(), &about);
    put_text(response.headers_mut(), "content-disposition", &format!("inline; filename=\"{name}\""));
    put_text(response.headers_mut(), "x-gitlab-file-path", &path);
    Ok(response)
}

/// Reads what the three changes of a file have in common.
fn change(check: &mut Check<'_>, action: Action) -> FileChange {
    let branch = check.required_text("branch");
    FileChange {
        path: check.required_text("file_path"),
        action,
        executable: check.boolean("execute_filemode"),
        last_commit_id: check.text("last_commit_id").filter(|text| !text.is_empty()),
        commit: NewCommit {
            branch,
            start: check.text("start_branch").filter(|text| !text.is_empty()),
            actions: Vec::new(),
            message: check.required_text("commit_message"),
            author_name: check.text("author_name"),
            author_email: check.text("author_email"),
        },
    }
}

/// The bytes in `content`, which must be there.
fn bytes(check: &mut Check<'_>) -> bytes::Bytes {
    let text = check.required_text("content");
    let encoding = check.text("encoding");
    content(&text, encoding.as_deref()).unwrap_or_else(|why| {
        check.fault(format!("content {why}"));
        bytes::Bytes::new()
    })
}

async fn apply(call: &Call<TakesFiles>, change: FileChange) -> Result<FileWritten, pipewright_engine::Error> {
    let answer = FileWritten { file_path: change.path.clone(), branch: change.commit.branch.clone() };
    call.engine.change_file(&call.caller, &call.project(), change).await?;
    Ok(answer)
}

async fn create(call: Call<TakesFiles>) -> Answer {
    let mut check = call.check();
    let content = bytes(&mut check);
    let executable = check.boolean("execute_filemode").unwrap_or(false);
    let change = change(&mut check, Action::Create { content, executable });
    check.done()?;
    reply::created(&apply(&call, change).await?)
}

async fn update(call: Call<TakesFiles>) -> Answer {
    let mut check = call.check();
    let content = bytes(&mut check);
    let change = change(&mut check, Action::Update { content });
    check.done()?;
    reply::ok(&apply(&call, change).await?)
}

async fn delete(call: Call<TakesFiles>) -> Answer {
    let mut check = call.check();
    let change = change(&mut check, Action::Delete);
    check.done()?;
    apply(&call, change).await?;
    reply::no_content()
}

async fn tree(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let rev = check.text("ref").filter(|text| !text.is_empty());
    let path = check.text("path").unwrap_or_default();
    let recursive = check.boolean("recursive").unwrap_or(false);
    let page = Page::read(&mut check);
    check.done()?;
    let project = call.project();
    let found =
        call.engine.repository_tree(&call.caller, &project, rev.as_deref(), &path, recursive, part(&page)).await?;
    let shapes: Vec<_> = found.items.iter().map(shape::repository::entry).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

/// `archive`, `archive.zip`, `archive.tar.gz` …
async fn archive(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let segment = check.required_text("archive");
    let rev = check.text("sha").filter(|text| !text.is_empty());
    let path = check.text("path").filter(|text| !text.is_empty());
    check.done()?;
    let ending = match segment.strip_prefix("archive") {
        Some("") => "tar.gz",
        Some(ending) => ending.strip_prefix('.').unwrap_or_default(),
        None => return Ok(pipewright_http_kit::not_found().await.into_response()),
    };
    let Some(format) = ArchiveFormat::parse(ending) else {
        return Ok(pipewright_http_kit::not_found().await.into_response());
    };
    let project = call.project();
    let (name, body) =
        call.engine.repository_archive(&call.caller, &project, rev.as_deref(), format, path.as_deref()).await?;
    let kind = match format {
        ArchiveFormat::Zip => "application/zip",
        ArchiveFormat::Tar => "application/x-tar",
        ArchiveFormat::TarGz => "application/gzip",
        ArchiveFormat::TarBz2 => "application/x-bzip2",
    };
    let mut response = Response::new(if call.is_head() { Body::empty() } else { Body::from_stream(body) });
    put_text(response.headers_mut(), "content-type", kind);
    let name = name.replace(['"', '\\'], "_");
    put_text(response.headers_mut(), "content-disposition", &format!("attachment; filename=\"{name}\""));
    Ok(response)
}
