//! `POST /api/graphql`: what clients ask of it to learn who they are and whom they talk to, `currentUser` and
//! `metadata`. Everything else is an unknown field, said as GitLab says it.

mod fault;
mod query;
mod select;
mod types;

use axum::response::{IntoResponse, Response};
use axum::{Router, routing::post};
use fault::Fault;
use http::StatusCode;
use pipewright_engine::Engine;
use pipewright_http_kit::{ApiError, Authenticate, Call, Route, reply};
use pipewright_model::Scope;
use pipewright_wire::graphql::Response as Shape;

/// Everybody is answered something; reading is enough, although it is a POST.
struct Asks;

impl Route for Asks {
    const AUTHENTICATE: Authenticate = Authenticate::Optional;
    const SCOPES: &'static [Scope] = &[Scope::ReadApi];
    const BODY_LIMIT: usize = 256 << 10;
}

pub(crate) fn router() -> Router<Engine> {
    Router::new().route("/api/graphql", post(ask))
}

async fn ask(call: Result<Call<Asks>, ApiError>) -> Response {
    match call {
        Ok(call) => {
            let world = types::World { user: call.caller.user().cloned(), base: call.engine.external_url.clone() };
            match query::answer(&call.params, &world) {
                Ok(data) => send(StatusCode::OK, &Shape { data: Some(data), errors: None }),
                Err(faults) => refuse(StatusCode::OK, faults),
            }
        }
        Err(error) => {
            let status = error.into_response().status();
            let words = match status {
                StatusCode::UNAUTHORIZED => "Invalid token",
                status => status.canonical_reason().unwrap_or("The request cannot be read"),
            };
            refuse(status, vec![Fault::new(words)])
        }
    }
}

fn refuse(status: StatusCode, faults: Vec<Fault>) -> Response {
    send(status, &Shape { data: None, errors: Some(faults.into_iter().map(Fault::shape).collect()) })
}

fn send(status: StatusCode, shape: &Shape) -> Response {
    reply::json(status, shape).unwrap_or_else(IntoResponse::into_response)
}
