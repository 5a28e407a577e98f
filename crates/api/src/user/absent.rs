//! Resources this server does not have and clients ask for on their way: their lists are empty.

use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_http_kit::{Answer, Call, Open, Page, Rest, SignedIn, reply};
use serde_json::Value;

/// Lists of the instance.
pub(crate) const OF_INSTANCE: &[&str] =
    &["/topics", "/deploy_tokens", "/hooks", "/broadcast_messages", "/events", "/user/activities"];
/// Lists of a project, below `/projects/:id`.
pub(crate) const OF_PROJECT: &[&str] =
    &["deploy_tokens", "deploy_keys", "merge_requests", "hooks", "issues", "labels", "milestones", "events"];

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    let router = OF_INSTANCE.iter().fold(Router::new(), |router, path| router.route(path, get(of_instance)));
    OF_PROJECT.iter().fold(router, |router, name| router.route(&format!("/projects/{{id}}/{name}"), get(of_project)))
}

async fn of_instance(call: Call<SignedIn>) -> Answer {
    empty(&call)
}

async fn of_project(call: Call<Open>) -> Answer {
    call.engine.project(&call.caller, &call.project()).await?;
    empty(&call)
}

fn empty<R>(call: &Call<R>) -> Answer {
    let mut check = call.check();
    let page = Page::read(&mut check);
    check.done()?;
    reply::page::<R, Value>(call, &page, Rest::Counted(0), &[])
}
