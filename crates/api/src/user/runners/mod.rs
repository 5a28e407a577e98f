//! Runners, for people (runner protocol §2.2, §3), one file per endpoint or tight group.

mod answer;
mod assign;
mod create;
mod delete;
mod edit;
mod jobs;
mod list;
mod reset_token;
mod show;

use axum::routing::{delete, get, post};
use axum::{Router, routing::MethodRouter};
use pipewright_engine::Engine;
use pipewright_http_kit::{ApiError, Authenticate, Call, Route};
use pipewright_model::{RunnerId, Scope};

/// As `SignedIn`, for making runners: a token for that alone will do.
pub(crate) struct CreatesRunners;

impl Route for CreatesRunners {
    const AUTHENTICATE: Authenticate = Authenticate::Always;
    const SCOPES: &'static [Scope] = &[Scope::CreateRunner];
}

/// As `SignedIn`, for everything else about runners: a token for that alone will do.
pub(crate) struct ManagesRunners;

impl Route for ManagesRunners {
    const AUTHENTICATE: Authenticate = Authenticate::Always;
    const SCOPES: &'static [Scope] = &[Scope::ManageRunner];
}

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/user/runners", post(create::handle))
        .route("/runners", get(list::own))
        .route("/runners/all", get(list::all))
        .route("/projects/{id}/runners", get(list::of_project).post(assign::assign))
        .route("/groups/{id}/runners", get(list::of_group))
        .route("/projects/{id}/runners/{runner_id}", delete(assign::unassign))
        .route("/runners/{id}", one())
        .route("/runners/{id}/managers", get(show::machines))
        .route("/runners/{id}/jobs", get(jobs::handle))
        .route("/runners/{id}/reset_authentication_token", post(reset_token::of_runner))
        .route("/runners/reset_registration_token", post(reset_token::of_instance))
        .route("/projects/{id}/runners/reset_registration_token", post(reset_token::of_project))
        .route("/groups/{id}/runners/reset_registration_token", post(reset_token::of_group))
}

fn one() -> MethodRouter<Engine> {
    get(show::handle).put(edit::handle).delete(delete::handle)
}

/// The runner the path parameter `id` addresses.
fn runner_id<R>(call: &Call<R>) -> Result<RunnerId, ApiError> {
    let mut check = call.check();
    let id = check.id("id");
    check.done()?;
    Ok(RunnerId(id))
}
