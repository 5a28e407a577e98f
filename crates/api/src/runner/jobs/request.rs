//! `POST /jobs/request` (runner protocol §4).

use super::{call, put_header};
use axum::body::Bytes;
use axum::extract::State;
use axum::response::IntoResponse;
use http::{HeaderMap, StatusCode};
use pipewright_engine::jobs::request::Answer as Offered;
use pipewright_engine::{Engine, Error};
use pipewright_http_kit::{Answer, reply};
use pipewright_wire::runner::{JobRequest, headers};

pub(super) async fn handle(State(engine): State<Engine>, sent: HeaderMap, body: Bytes) -> Answer {
    let mut asked: JobRequest = call::body(&body)?;
    asked.token = call::runner_token(&sent, &asked.token)?;
    match engine.request_job(&asked, call::address(&sent)).await? {
        Offered::Job(payload) => reply::created(&*payload),
        Offered::Nothing(value) => {
            let mut response = StatusCode::NO_CONTENT.into_response();
            put_header(&mut response, headers::LAST_UPDATE, &value);
            Ok(response)
        }
        Offered::Conflict => Err(Error::Conflict("409 Conflict".to_owned()).into()),
    }
}
