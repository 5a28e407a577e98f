//! A project's repository as a whole: `/projects/:id/languages`, `…/storage`, `…/housekeeping`.

use axum::{Router, routing::get, routing::post};
use pipewright_engine::Engine;
use pipewright_engine::repository::housekeeping::Task;
use pipewright_http_kit::{Answer, Call, Open, SignedIn, reply};
use pipewright_wire::projects::Storage;

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/languages", get(languages))
        .route("/projects/{id}/storage", get(storage))
        .route("/projects/{id}/housekeeping", post(housekeeping))
}

async fn languages(call: Call<Open>) -> Answer {
    reply::ok(&call.engine.languages(&call.caller, &call.project()).await?)
}

async fn storage(call: Call<SignedIn>) -> Answer {
    let project = call.engine.stored_project(&call.caller, &call.project()).await?;
    reply::ok(&Storage {
        disk_path: project.repository().trim_end_matches(".git").to_owned(),
        project_id: project.id.0,
        repository_storage: "default",
        created_at: project.created_at.to_string(),
    })
}

async fn housekeeping(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let task = match check.text("task").as_deref() {
        None | Some("" | "eager") => Task::Eager,
        Some("prune") => Task::Prune,
        Some(_) => check.not_allowed("task"),
    };
    check.done()?;
    call.engine.ask_for_housekeeping(&call.caller, &call.project(), task).await?;
    reply::created(&())
}
