//! Projects that are asked for by an address they had (Jobs API contract §1).

use crate::error::Moved;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, header};
use pipewright_engine::Engine;
use serde_json::json;

/// What the project's address is a part of, in requests and answers.
const PROJECTS: &str = "/api/v4/projects/";

/// Goes around the router (`axum::middleware::from_fn_with_state`): sends whoever reads to the project's number, and
/// refuses the rest, because clients repeat a redirected POST as a GET.
pub async fn moved(State(engine): State<Engine>, request: Request, next: Next) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let mut response = next.run(request).await;
    let Some(Moved(id)) = response.extensions_mut().remove() else { return response };
    let Some(below) = uri.path().strip_prefix(PROJECTS) else { return response };
    if method != Method::GET {
        let body = json!({ "message": "Non GET methods are not allowed for moved projects" });
        let kind = [(header::CONTENT_TYPE, "application/json")];
        return (StatusCode::METHOD_NOT_ALLOWED, kind, body.to_string()).into_response();
    }
    let rest = below.find('/').map_or("", |at| &below[at..]);
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let address = format!("{}{PROJECTS}{id}{rest}{query}", engine.external_url);
    let headers = [(header::CONTENT_TYPE, "text/plain"), (header::LOCATION, address.as_str())];
    (StatusCode::MOVED_PERMANENTLY, headers, format!("This resource has been moved permanently to {address}"))
        .into_response()
}
