//! `GET /runners`, `/runners/all`, `/projects/:id/runners`, `/groups/:id/runners` (runner protocol §3).

use super::{ManagesRunners, answer};
use crate::user::groups::reference;
use crate::user::paging::part;
use pipewright_engine::runners::list::{RunnerFilter, RunnerPage};
use pipewright_engine::{Error, lists};
use pipewright_http_kit::{Answer, ApiError, Call, Check, Page, Rest, reply};
use pipewright_model::{RunnerType, runner::RunnerStatus};

pub(super) async fn own(call: Call<ManagesRunners>) -> Answer {
    let (filter, page) = read(&call)?;
    let found = call.engine.own_runners(&call.caller, filter, part(&page)).await?;
    shaped(&call, &page, &found)
}

pub(super) async fn all(call: Call<ManagesRunners>) -> Answer {
    let (filter, page) = read(&call)?;
    let found = call.engine.all_runners(&call.caller, filter, part(&page)).await?;
    shaped(&call, &page, &found)
}

pub(super) async fn of_project(call: Call<ManagesRunners>) -> Answer {
    let (filter, page) = read(&call)?;
    let found = call.engine.project_runners(&call.caller, &call.project(), filter, part(&page)).await?;
    shaped(&call, &page, &found)
}

pub(super) async fn of_group(call: Call<ManagesRunners>) -> Answer {
    let (filter, page) = read(&call)?;
    let part: lists::Page = part(&page);
    let found = call.engine.group_runners(&call.caller, &reference(&call), filter, part).await?;
    shaped(&call, &page, &found)
}

fn shaped(call: &Call<ManagesRunners>, page: &Page, found: &RunnerPage) -> Answer {
    reply::page(call, page, Rest::Counted(found.total), &answer::runners(found, &call.engine.external_url))
}

fn read(call: &Call<ManagesRunners>) -> Result<(RunnerFilter, Page), ApiError> {
    let mut check = call.check();
    let mut filter = RunnerFilter {
        types: check.word("type").into_iter().collect(),
        active: check.boolean("paused").map(|paused| !paused),
        tags: check.texts("tag_list").unwrap_or_default(),
        version_prefix: check.text("version_prefix").filter(|prefix| !prefix.is_empty()),
        ..RunnerFilter::default()
    };
    status(&mut check, &mut filter);
    let scope = check.text("scope").filter(|scope| !scope.is_empty());
    let page = Page::read(&mut check);
    check.done()?;
    if let Some(scope) = scope {
        narrow(&mut filter, &scope)?;
    }
    Ok((filter, page))
}

fn status(check: &mut Check<'_>, filter: &mut RunnerFilter) {
    let Some(word) = check.text("status").filter(|word| !word.is_empty()) else { return };
    if !by_status(filter, &word) {
        check.not_allowed::<()>("status");
    }
}

/// A status, two of which are older words for `paused`.
fn by_status(filter: &mut RunnerFilter, word: &str) -> bool {
    match word {
        "active" => filter.active = Some(true),
        "paused" => filter.active = Some(false),
        _ => match word.parse::<RunnerStatus>() {
            Ok(status) => filter.contact = Some(status),
            Err(_) => return false,
        },
    }
    true
}

/// The older parameter that is a type or a status.
fn narrow(filter: &mut RunnerFilter, scope: &str) -> Result<(), ApiError> {
    let types = match scope {
        "shared" => vec![RunnerType::Instance],
        "specific" => vec![RunnerType::Project, RunnerType::Group],
        _ => scope.parse().into_iter().collect(),
    };
    if types.is_empty() {
        return if by_status(filter, scope) {
            Ok(())
        } else {
            Err(Error::BadRequest("Scope contains invalid value".to_owned()).into())
        };
    }
    filter.types = types;
    Ok(())
}
