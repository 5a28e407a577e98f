//! `/projects/:id/repository/commits/:sha/…`: changes, refs, merge requests, signature; cherry-pick and revert.

use super::paging::part;
use crate::shape;
use axum::routing::{get, post};
use axum::{Router, response::Response};
use http::StatusCode;
use pipewright_engine::repository::replays::NewReplay;
use pipewright_engine::{Engine, Error};
use pipewright_git::write::Direction;
use pipewright_http_kit::{Answer, Call, Open, Page, Rest, SignedIn, reply};
use pipewright_wire::repository::Tried;
use serde_json::Value;

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    let at = |name: &str| format!("/projects/{{id}}/repository/commits/{{sha}}/{name}");
    Router::new()
        .route(&at("diff"), get(diff))
        .route(&at("refs"), get(refs))
        .route(&at("merge_requests"), get(merge_requests))
        .route(&at("signature"), get(signature))
        .route(&at("cherry_pick"), post(cherry_pick))
        .route(&at("revert"), post(revert))
}

async fn diff(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let sha = check.required_text("sha");
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.commit_diff(&call.caller, &call.project(), &sha, part(&page)).await?;
    let shapes: Vec<_> = found.items.into_iter().map(shape::repository::diff).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

async fn refs(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let sha = check.required_text("sha");
    let tag = match check.text("type").as_deref() {
        None | Some("all" | "") => None,
        Some("branch") => Some(false),
        Some("tag") => Some(true),
        Some(_) => check.not_allowed("type"),
    };
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.refs_of_commit(&call.caller, &call.project(), &sha, tag, part(&page)).await?;
    let shapes: Vec<_> = found.items.into_iter().map(shape::repository::named).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

/// Nothing here is merged by request.
async fn merge_requests(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let sha = check.required_text("sha");
    let page = Page::read(&mut check);
    check.done()?;
    call.engine.require_commit(&call.caller, &call.project(), &sha).await?;
    reply::page::<_, Value>(&call, &page, Rest::Counted(0), &[])
}

/// Signatures are not looked at.
async fn signature(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let sha = check.required_text("sha");
    check.done()?;
    call.engine.require_commit(&call.caller, &call.project(), &sha).await?;
    Err(Error::missing("Signature").into())
}

async fn cherry_pick(call: Call<SignedIn>) -> Answer {
    replay(&call, Direction::Pick).await
}

async fn revert(call: Call<SignedIn>) -> Answer {
    replay(&call, Direction::Revert).await
}

async fn replay(call: &Call<SignedIn>, direction: Direction) -> Result<Response, pipewright_http_kit::ApiError> {
    let mut check = call.check();
    // Only a pick may be given another message.
    let picks = direction == Direction::Pick;
    let message = if picks { check.text("message").filter(|text| !text.is_empty()) } else { None };
    let new = NewReplay {
        rev: check.required_text("sha"),
        branch: check.required_text("branch"),
        direction,
        message,
        dry_run: check.boolean("dry_run").unwrap_or(false),
    };
    check.done()?;
    let (project, commit) = call.engine.replay_commit(&call.caller, &call.project(), new).await?;
    match commit {
        Some(commit) => reply::created(&shape::commit::commit(&commit, &call.engine.external_url, &project.full_path)),
        None => reply::json(StatusCode::OK, &Tried { dry_run: "success" }),
    }
}
