//! git over smart HTTP, at `/<namespace>/<project>.git` (runner protocol §9).
//!
//! Groups nest to any depth, so these addresses are no templates: whatever no route takes is looked at
//! here ([`fallback`]).

mod answer;
mod credentials;
mod target;

use answer::{GitAnswer, stream};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, header};
use pipewright_engine::Engine;
use pipewright_git::http::Service;
use pipewright_http_kit::not_found;
use target::{Operation, Target};

/// Routes below the root: none, see [`fallback`].
pub(crate) fn router() -> Router<Engine> {
    Router::new()
}

/// Answers git's requests; anything else is not found.
pub(crate) async fn fallback(State(engine): State<Engine>, request: Request) -> Response {
    let Some(target) = Target::parse(request.method(), request.uri()) else {
        return not_found().await.into_response();
    };
    serve(&engine, target, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn serve(engine: &Engine, target: Target, request: Request) -> GitAnswer {
    let (parts, body) = request.into_parts();
    let caller = credentials::caller(engine, &parts.headers).await?;
    match target.operation {
        Operation::Advertise(service) => {
            let repository = match service {
                Service::UploadPack => engine.fetch_from(&caller, &target.path).await?,
                Service::ReceivePack => engine.push_to(&caller, &target.path).await?.repository,
            };
            let refs = repository.advertise(service, protocol(&parts.headers))?;
            Ok(stream(service.advertisement_type(), refs))
        }
        Operation::Dumb => Err(answer::too_old()),
        Operation::Run(service) if !has_type(&parts.headers, service.request_type()) => {
            Err(answer::wrong_type(service))
        }
        Operation::Run(Service::UploadPack) => {
            let repository = engine.fetch_from(&caller, &target.path).await?;
            let body = body.into_data_stream();
            let (protocol, gzip) = (protocol(&parts.headers), is_gzip(&parts.headers));
            let pack = engine.upload_pack(&caller, &repository, protocol, gzip, body).await?;
            Ok(stream(Service::UploadPack.result_type(), pack))
        }
        Operation::Run(Service::ReceivePack) => {
            let pusher = engine.push_to(&caller, &target.path).await?;
            receive(engine, pusher, is_gzip(&parts.headers), body).await
        }
    }
}

async fn receive(
    engine: &Engine,
    pusher: pipewright_engine::repository::pushes::Pusher,
    gzip: bool,
    body: Body,
) -> GitAnswer {
    let mut push = pusher.repository.receive_pack(gzip, body.into_data_stream()).await?;
    let verdict = engine.judge_push(&pusher, push.updates()).await?;
    if let Some((_, why)) = verdict.refused.first() {
        let message = why.clone();
        return Ok(stream(Service::ReceivePack.result_type(), push.refuse(&message, &verdict.refused)));
    }
    push.keep_history(&verdict.keep_history).await?;
    let announced = engine.announce_push(&pusher, push.updates(), push.options()).await?;
    let engine = engine.clone();
    let answer = push.accept(move |moved| async move { engine.finish_push(&pusher, moved, announced).await })?;
    Ok(stream(Service::ReceivePack.result_type(), answer))
}

fn protocol(headers: &HeaderMap) -> Option<&str> {
    headers.get("git-protocol").and_then(|value| value.to_str().ok())
}

fn is_gzip(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_ENCODING).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"gzip"))
}

fn has_type(headers: &HeaderMap, wanted: &str) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value == wanted)
}

/// Whether git asks with this method at all.
fn asks(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::POST)
}
