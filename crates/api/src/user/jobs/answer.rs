//! One job as an answer.

use crate::shape::job::Shown;
use http::StatusCode;
use pipewright_engine::{Error, reading::JobPage};
use pipewright_http_kit::{Answer, ApiError, reply};

/// The first job of the page, in a job's shape.
pub(super) fn job(status: StatusCode, page: &JobPage, base: &str) -> Answer {
    shaped(status, &Shown::new(page, base))
}

/// The same with the `download_url` that erase and keep show (§0.3, ruling 5).
pub(super) fn job_with_download_url(status: StatusCode, page: &JobPage, base: &str) -> Answer {
    let mut shown = Shown::new(page, base);
    shown.with_download_url = true;
    shaped(status, &shown)
}

fn shaped(status: StatusCode, shown: &Shown<'_>) -> Answer {
    match shown.jobs().first() {
        Some(job) => reply::json(status, job),
        None => Err(ApiError::Engine(Error::record())),
    }
}

/// The first bridge of the page.
pub(super) fn bridge(status: StatusCode, page: &JobPage, base: &str) -> Answer {
    match Shown::new(page, base).bridges().first() {
        Some(bridge) => reply::json(status, bridge),
        None => Err(ApiError::Engine(Error::record())),
    }
}
