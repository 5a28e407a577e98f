//! Asking for work, reporting a job's state, sending its log.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

use pipewright_wire::runner::{
    ContentRange, JobPayload, JobRequest, JobUpdate, StoredRange, VerifyRequest, from_body, headers,
};

use super::retry::{asked_wait, is_passing_trouble};
use super::{ASK_TIMEOUT, Client, ClientError, UPDATE_TIMEOUT};

/// How often one question for work is repeated while the server is in trouble.
const ASK_TRIES: u32 = 5;

/// What asking for work brought.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The job, if there was one.
    pub(crate) job: Option<Box<JobPayload>>,
    /// The queue value to send next time, if the answer had one.
    pub(crate) last_update: Option<String>,
}

/// What the server says of the job in an answer to an update or patch (runner protocol §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobStatus {
    /// Go on.
    Normal,
    /// Stop the scripts, run `after_script`, report.
    Canceling,
    /// Stop everything: cancelled, failed by the server, or none of our business any more.
    Gone,
}

/// An answer to an update or patch.
#[derive(Debug)]
pub(crate) struct JobAnswer {
    pub(crate) status: StatusCode,
    pub(crate) job: JobStatus,
    /// From the header `Range`: the offset the log goes on at.
    pub(crate) stored: Option<u64>,
    /// How long to wait before the next try, if the server says so.
    pub(crate) wait: Option<Duration>,
    /// How long until the server would like to hear again.
    pub(crate) interval: Option<Duration>,
}

impl JobAnswer {
    /// Whether the same call may succeed later.
    pub(crate) fn is_passing_trouble(&self) -> bool {
        is_passing_trouble(self.status)
    }

    fn of(answer: &Response) -> Self {
        let text = |name: &str| answer.headers().get(name).and_then(|v| v.to_str().ok());
        let job = match text(headers::JOB_STATUS) {
            Some("canceled" | "failed") => JobStatus::Gone,
            _ if answer.status() == StatusCode::FORBIDDEN => JobStatus::Gone,
            Some("canceling") => JobStatus::Canceling,
            _ => JobStatus::Normal,
        };
        let interval = text(headers::TRACE_UPDATE_INTERVAL).and_then(|v| v.trim().parse().ok());
        let interval = interval.filter(|seconds| *seconds > 0).map(Duration::from_secs);
        Self {
            status: answer.status(),
            job,
            stored: text(headers::RANGE).and_then(StoredRange::parse).map(|stored| stored.0),
            wait: asked_wait(answer),
            interval,
        }
    }
}

impl Client {
    /// `POST /jobs/request`: may be held by the server for about a minute.
    pub(crate) async fn ask(&self, last_update: Option<&str>) -> Result<Asked, ClientError> {
        let body = JobRequest {
            token: self.token.clone(),
            system_id: Some(self.system_id.clone()),
            info: self.info.clone(),
            last_update: last_update.map(str::to_owned),
            session: None,
        };
        let mut backoff = self.backoff;
        let mut tries = 1;
        loop {
            let call = self
                .call(Method::POST, self.address(&["jobs", "request"]))
                .header(headers::RUNNER_TOKEN, &self.token)
                .header(ACCEPT, "application/json")
                .timeout(ASK_TIMEOUT)
                .json(&body);
            let answer = call.send().await?;
            if !is_passing_trouble(answer.status()) || tries >= ASK_TRIES {
                return read_job(answer).await;
            }
            tries += 1;
            tokio::time::sleep(backoff.next(asked_wait(&answer))).await;
        }
    }

    /// `POST /runners/verify`, once: a sign of life.
    pub(crate) async fn verify(&self) -> Result<(), ClientError> {
        let body = VerifyRequest {
            token: self.token.clone(),
            system_id: Some(self.system_id.clone()),
            info: Some(self.info.clone()),
        };
        let call = self
            .call(Method::POST, self.address(&["runners", "verify"]))
            .header(headers::RUNNER_TOKEN, &self.token)
            .timeout(UPDATE_TIMEOUT)
            .json(&body);
        let answer = call.send().await?;
        if answer.status().is_success() { Ok(()) } else { Err(refusal(answer).await) }
    }

    /// `PUT /jobs/:id`, once.
    pub(crate) async fn update(&self, job: i64, update: JobUpdate) -> Result<JobAnswer, ClientError> {
        let token = update.token.clone().unwrap_or_default();
        let body = JobUpdate { info: Some(self.info.clone()), ..update };
        let call = self
            .call(Method::PUT, self.address(&["jobs", &job.to_string()]))
            .header(headers::JOB_TOKEN, token)
            .timeout(UPDATE_TIMEOUT)
            .json(&body);
        Ok(JobAnswer::of(&call.send().await?))
    }

    /// `PATCH /jobs/:id/trace`, once. `bytes` must not be empty.
    pub(crate) async fn patch_trace(
        &self,
        job: i64,
        token: &str,
        offset: u64,
        bytes: Vec<u8>,
        debug: bool,
    ) -> Result<JobAnswer, ClientError> {
        let mut url = self.address(&["jobs", &job.to_string(), "trace"]);
        let range = ContentRange::of(offset, bytes.len() as u64);
        let flag = if debug { "true" } else { "false" };
        url.query_pairs_mut().append_pair("debug_trace", flag);
        let call = self
            .call(Method::PATCH, url)
            .header(headers::JOB_TOKEN, token)
            .header(CONTENT_TYPE, "text/plain")
            .header(headers::CONTENT_RANGE, range.to_string())
            .timeout(UPDATE_TIMEOUT)
            .body(bytes);
        Ok(JobAnswer::of(&call.send().await?))
    }
}

async fn read_job(answer: Response) -> Result<Asked, ClientError> {
    let last_update =
        answer.headers().get(headers::LAST_UPDATE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    match answer.status() {
        StatusCode::CREATED => {
            let body = answer.bytes().await?;
            let job = from_body(&body).map_err(|error| ClientError::Body(error.to_string()))?;
            Ok(Asked { job: Some(Box::new(job)), last_update })
        }
        StatusCode::NO_CONTENT | StatusCode::CONFLICT => Ok(Asked { job: None, last_update }),
        _ => Err(refusal(answer).await),
    }
}

/// The error for an answer nobody asked for, with the server's own words (runner protocol §1).
pub(super) async fn refusal(answer: Response) -> ClientError {
    let status = answer.status();
    let body = answer.bytes().await.unwrap_or_default();
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    let message = match value.get("message").or_else(|| value.get("error")) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    ClientError::Refused { status, message }
}
