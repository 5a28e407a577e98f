//! What goes around every answer, and how failures are worded.

use axum::body::Body;
use axum::response::Response;
use axum::{Router, middleware, routing::get};
use http::{Request, StatusCode, header};
use pipewright_engine::Error;
use pipewright_http_kit::{Answer, ApiError, finish, not_found, reply};
use serde_json::{Value, json};
use tower::ServiceExt;

async fn failing(error: fn() -> ApiError) -> (StatusCode, Value, Response) {
    let router = Router::new().route("/x", get(move || async move { Answer::Err(error()) }));
    ask(router, Request::get("/x")).await
}

/// Makes a failure anew: errors cannot be copied.
type Make = fn() -> ApiError;

async fn ask(router: Router, request: http::request::Builder) -> (StatusCode, Value, Response) {
    let router = router.fallback(not_found).layer(middleware::from_fn(finish));
    let request = request.body(Body::empty()).expect("a request");
    let (parts, body) = router.oneshot(request).await.expect("an answer").into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    (parts.status, value, Response::from_parts(parts, Body::empty()))
}

#[tokio::test]
async fn each_failure_has_its_status_and_its_envelope() {
    let cases: [(Make, u16, Value); 12] = [
        (|| Error::Unauthorized.into(), 401, json!({ "message": "401 Unauthorized" })),
        (|| Error::forbidden().into(), 403, json!({ "message": "403 Forbidden" })),
        (|| Error::forbidden_because("why").into(), 403, json!({ "message": "403 Forbidden - why" })),
        (|| Error::missing("Project").into(), 404, json!({ "message": "404 Project Not Found" })),
        (|| Error::record().into(), 404, json!({ "message": "404 Not found" })),
        (|| Error::file().into(), 404, json!({ "message": "404 Not Found" })),
        (|| Error::BadRequest("400 Bad request".into()).into(), 400, json!({ "message": "400 Bad request" })),
        (|| Error::invalid("path", "is taken").into(), 400, json!({ "message": { "path": ["is taken"] } })),
        (|| Error::Internal("secret".into()).into(), 500, json!({ "message": "500 Internal Server Error" })),
        (|| Error::Full.into(), 507, json!({ "message": "507 Insufficient Storage" })),
        (|| ApiError::Params("x is missing".into()), 400, json!({ "error": "x is missing" })),
        (
            || Error::InsufficientScope("api read_api").into(),
            403,
            json!({
                "error": "insufficient_scope",
                "error_description": "The request requires higher privileges than provided by the access token.",
                "scope": "api read_api",
            }),
        ),
    ];
    for (error, status, body) in cases {
        let (found, value, _) = failing(error).await;
        assert_eq!((found.as_u16(), value), (status, body));
    }
}

#[tokio::test]
async fn headers_tell_when_to_come_back_and_why_a_token_is_bad() {
    let (status, _, response) = failing(|| Error::Unavailable("gone".into()).into()).await;
    assert_eq!((status.as_u16(), &response.headers()[header::RETRY_AFTER]), (503, &"5".parse().expect("a value")));
    let (_, body, response) = failing(|| Error::InvalidToken("Token is expired.").into()).await;
    assert_eq!(body, json!({ "error": "invalid_token", "error_description": "Token is expired." }));
    let challenge = response.headers()[header::WWW_AUTHENTICATE].to_str().expect("text");
    assert!(challenge.contains(r#"error="invalid_token", error_description="Token is expired.""#), "{challenge}");
}

#[tokio::test]
async fn a_panic_is_a_500_of_its_own_request() {
    let router = Router::new().route("/", get(async || -> Answer { panic!("a bug") }));
    let (status, body, _) = ask(router, Request::get("/")).await;
    assert_eq!((status.as_u16(), body), (500, json!({ "message": "500 Internal Server Error" })));
}

#[tokio::test]
async fn any_of_the_tags_a_caller_has_will_do() {
    let router = || Router::new().route("/", get(async || reply::ok(&json!([1, 2]))));
    let (_, _, first) = ask(router(), Request::get("/")).await;
    let tag = first.headers()[header::ETAG].to_str().expect("text").to_owned();
    for known in [tag.clone(), format!("\"x\", {tag}"), tag.trim_start_matches("W/").to_owned(), "*".to_owned()] {
        let (status, ..) = ask(router(), Request::get("/").header(header::IF_NONE_MATCH, &known)).await;
        assert_eq!(status, StatusCode::NOT_MODIFIED, "{known}");
    }
    let (status, ..) = ask(router(), Request::get("/").header(header::IF_NONE_MATCH, "\"x\"")).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn the_routers_own_refusals_are_worded() {
    let router = || Router::new().route("/x", get(async || reply::ok(&json!({}))));
    let (status, body, _) = ask(router(), Request::get("/y")).await;
    assert_eq!((status.as_u16(), body), (404, json!({ "error": "404 Not Found" })));
    let (status, body, response) = ask(router(), Request::post("/x")).await;
    assert_eq!((status.as_u16(), body), (405, json!({ "error": "405 Not Allowed" })));
    assert_eq!(response.headers()[header::ALLOW], "GET,HEAD");
}
