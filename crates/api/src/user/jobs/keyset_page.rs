//! A page of jobs by keyset (Jobs API contract §4.2).

use super::lasting;
use crate::shape::job::Shown;
use axum::response::Response;
use http::StatusCode;
use pipewright_engine::reading::{JobPage, Start};
use pipewright_http_kit::keyset::Keyset;
use pipewright_http_kit::{ApiError, Call, Lasting, reply};
use pipewright_model::JobId;

/// Where the page begins. One row more than it has room for tells of a next one.
pub(super) fn start(keyset: &Keyset) -> Start {
    match keyset.cursor {
        None => Start::Offset(0),
        Some(cursor) if cursor.backward => Start::NewerThan(JobId(cursor.id)),
        Some(cursor) => Start::OlderThan(JobId(cursor.id)),
    }
}

/// The page with its headers. An order that cannot be had is refused only now: to those who may read the
/// list (§3.5).
pub(super) fn answer<R>(call: &Call<R>, keyset: &Keyset, mut found: JobPage) -> Result<(Response, Lasting), ApiError> {
    Keyset::check_order(call)?;
    let (newer, older) = ends(&mut found, keyset);
    let shown = Shown::new(&found, &call.engine.external_url);
    let jobs = shown.jobs();
    let mut response = reply::sized_json(StatusCode::OK, &jobs, jobs.len())?;
    Keyset::put_headers(call, newer, older, response.headers_mut());
    Ok((response, lasting(&found)))
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
