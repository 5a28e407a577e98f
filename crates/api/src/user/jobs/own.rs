//! `GET /job` (Jobs API contract §8.1).

use super::answer;
use http::StatusCode;
use pipewright_engine::{Caller, Error};
use pipewright_http_kit::{Answer, Call, SignedInOrJob};

pub(super) async fn handle(call: Call<SignedInOrJob>) -> Answer {
    let Caller::Job(caller) = &call.caller else { return Err(Error::missing("Job").into()) };
    let page = call.engine.own_job(caller).await?;
    answer::job(StatusCode::OK, &page, &call.engine.external_url)
}
