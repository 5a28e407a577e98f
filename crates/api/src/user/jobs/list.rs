//! `GET /projects/:id/jobs` (Jobs API contract §5.1): never counted, by page or by keyset.

use super::{filters, keyset_page, lasting, scope};
use crate::shape::job::Shown;
use axum::{Extension, response::IntoResponse, response::Response};
use pipewright_engine::reading::{JobQuery, Start};
use pipewright_http_kit::keyset::Keyset;
use pipewright_http_kit::{
    Answer, ApiError, Call, Counted, Lasting, Page, RateLimit, Remembered, SignedInOrJob, reply,
};
use std::sync::Arc;

pub(super) async fn handle(
    Extension(rate): Extension<Arc<RateLimit>>,
    Extension(remembered): Extension<Arc<Remembered>>,
    call: Call<SignedInOrJob>,
) -> Answer {
    let mut counted = None;
    let answer = list(&call, &rate, &remembered, &mut counted).await;
    let mut answer = answer.unwrap_or_else(IntoResponse::into_response);
    if let Some(counted) = counted {
        counted.put_headers(answer.headers_mut());
    }
    Ok(answer)
}

async fn list(
    call: &Call<SignedInOrJob>,
    rate: &RateLimit,
    remembered: &Remembered,
    counted: &mut Option<Counted>,
) -> Answer {
    let mut check = call.check();
    let scope = scope::read(&mut check, true);
    let ref_name = check.text("ref").filter(|name| !name.trim().is_empty());
    let query = filters::read(&mut check, JobQuery { scope, ref_name, retried: true, ..JobQuery::default() });
    if Keyset::is_wanted(&check) {
        let keyset = Keyset::read(&mut check);
        check.done()?;
        *counted = limit(call, rate).await?;
        return remembered.answer(call, async || by_keyset(call, query, keyset).await).await;
    }
    let page = Page::read(&mut check);
    check.done()?;
    *counted = limit(call, rate).await?;
    remembered.answer(call, async || by_number(call, query, page).await).await
}

/// Refuses who asks too often: after bad parameters, before anything is looked up (§3.5).
async fn limit(call: &Call<SignedInOrJob>, rate: &RateLimit) -> Result<Option<Counted>, ApiError> {
    let Some(user) = call.caller.user() else { return Ok(None) };
    let most = call.engine.settings().await?.limits.job_lists_per_minute;
    match rate.count("project_jobs_api", user.id, most, call.engine.clock.now()) {
        Some(counted) if counted.too_many() => Err(ApiError::TooMany(counted)),
        counted => Ok(counted),
    }
}

async fn by_number(call: &Call<SignedInOrJob>, query: JobQuery, page: Page) -> Result<(Response, Lasting), ApiError> {
    let start = Start::Offset(page.offset());
    let mut found =
        call.engine.project_jobs(&call.caller, &call.project(), query, start, page.limit_plus_one()).await?;
    let rest = page.cut(&mut found.jobs);
    let shown = Shown::new(&found, &call.engine.external_url);
    Ok((reply::page(call, &page, rest, &shown.jobs())?, lasting(&found)))
}

async fn by_keyset(
    call: &Call<SignedInOrJob>,
    query: JobQuery,
    keyset: Keyset,
) -> Result<(Response, Lasting), ApiError> {
    let limit = keyset.per_page + 1;
    let start = keyset_page::start(&keyset);
    let found = call.engine.project_jobs(&call.caller, &call.project(), query, start, limit).await?;
    keyset_page::answer(call, &keyset, found)
}
