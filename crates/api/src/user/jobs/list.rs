//! `GET /projects/:id/jobs` (Jobs API contract §5.1): never counted, by page or by keyset.

use super::scope;
use crate::shape::job::Shown;
use axum::Extension;
use http::StatusCode;
use pipewright_engine::reading::{JobPage, JobQuery, Start};
use pipewright_http_kit::keyset::Keyset;
use pipewright_http_kit::{Answer, ApiError, Call, Page, RateLimit, SignedInOrJob, reply};
use pipewright_model::JobId;
use std::sync::Arc;

pub(super) async fn handle(Extension(rate): Extension<Arc<RateLimit>>, call: Call<SignedInOrJob>) -> Answer {
    let mut check = call.check();
    let scope = scope::read(&mut check, true);
    let ref_name = check.text("ref").filter(|name| !name.trim().is_empty());
    let query = JobQuery { scope, ref_name, retried: true };
    if Keyset::is_wanted(&check) {
        let keyset = Keyset::read(&mut check);
        check.done()?;
        limit(&call, &rate)?;
        return by_keyset(&call, query, keyset).await;
    }
    let page = Page::read(&mut check);
    check.done()?;
    limit(&call, &rate)?;
    let start = Start::Offset(page.offset());
    let mut found =
        call.engine.project_jobs(&call.caller, &call.project(), query, start, page.limit_plus_one()).await?;
    let rest = page.cut(&mut found.jobs);
    reply::page(&call, &page, rest, &Shown::new(&found, &call.engine.external_url).jobs())
}

/// Refuses who asks too often: after bad parameters, before anything is looked up (§3.5).
fn limit(call: &Call<SignedInOrJob>, rate: &RateLimit) -> Result<(), ApiError> {
    let Some(user) = call.caller.user() else { return Ok(()) };
    let most = call.engine.limits.job_lists_per_minute;
    rate.count(user.id, most, call.engine.clock.now()).map_or(Ok(()), |wait| Err(ApiError::TooMany(wait)))
}

async fn by_keyset(call: &Call<SignedInOrJob>, query: JobQuery, keyset: Keyset) -> Answer {
    let start = match keyset.cursor {
        None => Start::Offset(0),
        Some(cursor) if cursor.backward => Start::NewerThan(JobId(cursor.id)),
        Some(cursor) => Start::OlderThan(JobId(cursor.id)),
    };
    let limit = keyset.per_page + 1;
    let mut found = call.engine.project_jobs(&call.caller, &call.project(), query, start, limit).await?;
    // An order that cannot be had is refused only to those who may read the list (§3.5).
    Keyset::check_order(call)?;
    let (newer, older) = ends(&mut found, &keyset);
    let mut response = reply::json(StatusCode::OK, &Shown::new(&found, &call.engine.external_url).jobs())?;
    Keyset::put_headers(call, newer, older, response.headers_mut());
    Ok(response)
}

/// Cuts the row too many, and tells between which rows the page lies if there are more on either side.
fn ends(found: &mut JobPage, keyset: &Keyset) -> (Option<i64>, Option<i64>) {
    let more = found.jobs.len() as i64 > keyset.per_page;
    let backward = keyset.cursor.is_some_and(|cursor| cursor.backward);
    if backward && more {
        found.jobs.remove(0);
    }
    found.jobs.truncate(keyset.per_page as usize);
    let first = found.jobs.first().map(|job| job.id.0);
    let last = found.jobs.last().map(|job| job.id.0);
    let has_newer = if backward { more } else { keyset.cursor.is_some() };
    let has_older = if backward { true } else { more };
    (first.filter(|_| has_newer), last.filter(|_| has_older))
}
