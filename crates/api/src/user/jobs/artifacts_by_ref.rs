//! `GET /projects/:id/jobs/artifacts/:ref_name/download?job=` and
//! `GET /projects/:id/jobs/artifacts/:ref_name/raw/*artifact_path?job=` (Jobs API contract §7.2, §7.4).
//!
//! A ref may hold slashes, escaped or not, so the router hands over everything after `artifacts/` and the
//! two are told apart here: what ends in `/download` is the one, the last `/raw/` cuts the other.

use super::download::{archive, content_path, file};
use super::sniff;
use http::{HeaderValue, StatusCode};
use pipewright_engine::archives::ByRef;
use pipewright_http_kit::{Answer, ApiError, Call, OpenOrJob, percent};

pub(super) async fn handle(call: Call<OpenOrJob>) -> Answer {
    let tail = call.raw_segment("tail").to_owned();
    if let Some(ref_name) = tail.strip_suffix("/download").filter(|name| !name.is_empty()) {
        let by = by_ref(&call, ref_name)?;
        let found = call.engine.archive_by_ref(&call.caller, &call.project(), by).await?;
        return archive(&call, &found).await;
    }
    let Some((ref_name, path)) = tail.rsplit_once("/raw/").filter(|(name, path)| !name.is_empty() && !path.is_empty())
    else {
        return Err(ApiError::Refused(StatusCode::NOT_FOUND, "404 Not Found".to_owned()));
    };
    let by = by_ref(&call, ref_name)?;
    let found = call.engine.archive_file_by_ref(&call.caller, &call.project(), by, content_path(path)).await?;
    let Some(mut found) = found else { return Ok(super::download::no_such_entry()) };
    let kind = sniff::stream(&mut found.stream).await?;
    Ok(file(found, HeaderValue::from_static(kind)))
}

fn by_ref(call: &Call<OpenOrJob>, raw: &str) -> Result<ByRef, ApiError> {
    let mut check = call.check();
    let job = check.required_text("job");
    let search_recent = check.boolean("search_recent_successful_pipelines").unwrap_or(false);
    check.done()?;
    // A NUL is in no ref's name; in its place stands something that is in none either.
    let ref_name = String::from_utf8_lossy(&percent::decode(raw, false)).replace('\0', "\u{fffd}");
    Ok(ByRef { ref_name, job, search_recent })
}
