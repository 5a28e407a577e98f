//! `POST /runners/:id/reset_authentication_token` (runner protocol §2.6), whose body may be `null`, and the
//! three `…/reset_registration_token` (§3).

use super::{ManagesRunners, runner_id};
use crate::runner::answer;
use crate::user::groups::reference;
use pipewright_engine::runners::Place;
use pipewright_http_kit::{Answer, Call, reply};
use pipewright_wire::runner::RunnerToken;

pub(super) async fn of_runner(call: Call<ManagesRunners>) -> Answer {
    answer::reset(&call.engine.reset_runner_token(&call.caller, runner_id(&call)?).await?)
}

pub(super) async fn of_instance(call: Call<ManagesRunners>) -> Answer {
    registration(&call, Place::Instance).await
}

pub(super) async fn of_project(call: Call<ManagesRunners>) -> Answer {
    registration(&call, Place::Project(call.project())).await
}

pub(super) async fn of_group(call: Call<ManagesRunners>) -> Answer {
    registration(&call, Place::Group(reference(&call))).await
}

async fn registration(call: &Call<ManagesRunners>, place: Place) -> Answer {
    let token = call.engine.reset_registration_token(&call.caller, place).await?;
    reply::created(&RunnerToken { id: None, token, token_expires_at: None })
}
