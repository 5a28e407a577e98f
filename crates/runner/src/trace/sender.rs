//! Sends a job's log while it grows, tells the server that the job is alive, and how it ended.

use std::time::Duration;

use reqwest::StatusCode;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use pipewright_wire::runner::{FailureReason, JobUpdate, TraceOutput, checksum_text};

use super::log::JobLog;
use crate::client::{Backoff, Client, JobAnswer, JobStatus};
use crate::config::RunnerConfig;

/// Most bytes of one patch.
const PART: usize = 1 << 20;
/// Output that begins after a pause waits this long for more of it.
const GATHER: Duration = Duration::from_millis(20);
/// How often the end of a job is reported before giving up.
const FINAL_TRIES: u32 = 20;
/// Wait after a 202 that names no interval.
const CONFIRM_WAIT: Duration = Duration::from_secs(3);

/// How a job ended, as the server is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ending {
    /// `None` means success.
    pub(crate) failure: Option<FailureReason>,
    /// The script's status, if it ran to its end.
    pub(crate) exit_code: Option<i64>,
}

/// Tells the server that the job has begun. Trouble does not stop a job; a refusal does.
pub(crate) async fn announce(client: &Client, job: i64, token: &str) -> JobStatus {
    let update = JobUpdate { token: Some(token.to_owned()), state: Some("running".to_owned()), ..JobUpdate::default() };
    match client.update(job, update).await {
        Ok(answer) if answer.status == StatusCode::NOT_FOUND => JobStatus::Gone,
        Ok(answer) => answer.job,
        Err(error) => {
            tracing::warn!(job, %error, "the start of the job could not be reported");
            JobStatus::Normal
        }
    }
}

/// The task that reports one job.
#[derive(Debug)]
pub(crate) struct Reporter {
    ending: oneshot::Sender<Ending>,
    task: JoinHandle<()>,
}

impl Reporter {
    /// Starts reporting; the receiver tells what the server wants of the job.
    pub(crate) fn start(
        client: Client,
        log: JobLog,
        job: (i64, String),
        debug: bool,
        config: &RunnerConfig,
    ) -> (Self, watch::Receiver<JobStatus>) {
        let (status, wanted) = watch::channel(JobStatus::Normal);
        let (ending, ended) = oneshot::channel();
        let now = Instant::now();
        let sender = Sender {
            backoff: client.backoff(),
            client,
            log,
            job: job.0,
            token: job.1,
            debug,
            status,
            offset: 0,
            not_before: now,
            last_contact: now,
            flush_interval: config.flush_interval,
            keep_alive: config.keep_alive,
        };
        let task = tokio::spawn(sender.run(ended));
        (Self { ending, task }, wanted)
    }

    /// Sends the rest of the log and the end of the job; returns when the server knows, or when
    /// there is no more hope of telling it.
    pub(crate) async fn finish(self, ending: Ending) {
        // The receiver lives as long as the task, which ends only after this.
        let _ = self.ending.send(ending);
        let _ = self.task.await;
    }
}

struct Sender {
    client: Client,
    log: JobLog,
    job: i64,
    token: String,
    debug: bool,
    status: watch::Sender<JobStatus>,
    /// What the server has.
    offset: u64,
    /// The next patch goes out no earlier.
    not_before: Instant,
    last_contact: Instant,
    backoff: Backoff,
    flush_interval: Duration,
    keep_alive: Duration,
}

impl Sender {
    async fn run(mut self, mut ended: oneshot::Receiver<Ending>) {
        let ending = loop {
            let more = self.offset < self.log.extent().len && !self.is_gone();
            tokio::select! {
                biased;
                ending = &mut ended => break ending,
                () = sleep_until(self.not_before), if more => self.send_part().await,
                () = self.log.grown(), if !more => self.gather(),
                () = sleep_until(self.last_contact + self.keep_alive) => self.say_alive().await,
            }
        };
        // A job that vanished without an ending is trouble of ours.
        let lost = Ending { failure: Some(FailureReason::RunnerSystemFailure), exit_code: None };
        self.finish(ending.unwrap_or(lost)).await;
    }

    fn gather(&mut self) {
        self.not_before = self.not_before.max(Instant::now() + GATHER);
    }

    fn is_gone(&self) -> bool {
        *self.status.borrow() == JobStatus::Gone
    }

    fn note(&mut self, answer: &JobAnswer) {
        self.last_contact = Instant::now();
        self.status.send_if_modified(|status| {
            let news = match (*status, answer.job) {
                (JobStatus::Gone, _) | (_, JobStatus::Normal) => return false,
                (_, news) => news,
            };
            let changed = *status != news;
            *status = news;
            changed
        });
    }

    /// Sends the next part of the log; afterwards `not_before` says when to go on.
    async fn send_part(&mut self) {
        let wait = match self.try_part().await {
            Ok(len) => {
                self.backoff.reset();
                // A full part means that the log grows faster than it is sent.
                if len == PART as u64 { Duration::ZERO } else { self.flush_interval }
            }
            Err(asked) => self.backoff.next(asked),
        };
        self.not_before = Instant::now() + wait;
    }

    /// One patch; returns how many bytes it had. The error is how long the server asks to wait, if
    /// it does.
    async fn try_part(&mut self) -> Result<u64, Option<Duration>> {
        let Ok(bytes) = self.log.read(self.offset, PART) else {
            return Err(None);
        };
        if bytes.is_empty() {
            return Ok(0);
        }
        let len = bytes.len() as u64;
        let patch = self.client.patch_trace(self.job, &self.token, self.offset, bytes, self.debug);
        let answer = patch.await.map_err(|error| {
            tracing::debug!(job = self.job, %error, "part of a log could not be sent");
            None
        })?;
        self.note(&answer);
        match answer.status {
            StatusCode::ACCEPTED => self.offset += len,
            StatusCode::RANGE_NOT_SATISFIABLE => {
                let stored = answer.stored.unwrap_or(0).min(self.log.extent().len);
                let moved = stored != self.offset;
                self.offset = stored;
                // The same offset refused twice is a server in trouble, not a gap.
                return if moved { Ok(0) } else { Err(answer.wait) };
            }
            _ => return Err(answer.wait),
        }
        Ok(len)
    }

    fn update(&self, state: &str) -> JobUpdate {
        let extent = self.log.extent();
        let checksum = (extent.len > 0).then(|| checksum_text(extent.crc32));
        JobUpdate {
            token: Some(self.token.clone()),
            state: Some(state.to_owned()),
            checksum: checksum.clone(),
            output: TraceOutput { checksum, bytesize: (extent.len > 0).then_some(extent.len) },
            ..JobUpdate::default()
        }
    }

    async fn say_alive(&mut self) {
        self.last_contact = Instant::now();
        if self.is_gone() {
            return;
        }
        match self.client.update(self.job, self.update("running")).await {
            Ok(answer) => self.note(&answer),
            Err(error) => tracing::debug!(job = self.job, %error, "keep-alive failed"),
        }
    }

    async fn finish(&mut self, ending: Ending) {
        self.log.finish();
        let mut tries = 0;
        while tries < FINAL_TRIES {
            match self.finish_once(&ending).await {
                Final::Done => return,
                Final::Again(wait) => sleep(wait).await,
                Final::Trouble(asked) => {
                    tries += 1;
                    sleep(self.backoff.next(asked)).await;
                }
            }
        }
        tracing::error!(job = self.job, "the end of the job could not be reported");
    }

    /// The rest of the log, then the final update.
    async fn finish_once(&mut self, ending: &Ending) -> Final {
        while self.offset < self.log.extent().len {
            let sent = self.try_part().await;
            if self.is_gone() {
                break;
            }
            if let Err(asked) = sent {
                return Final::Trouble(asked);
            }
        }
        let state = if ending.failure.is_some() { "failed" } else { "success" };
        let update = JobUpdate {
            failure_reason: ending.failure.map(|reason| reason.as_str().to_owned()),
            exit_code: ending.exit_code.filter(|code| *code != 0),
            ..self.update(state)
        };
        let answer = match self.client.update(self.job, update).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(job = self.job, %error, "the end of the job could not be reported yet");
                return Final::Trouble(None);
            }
        };
        self.judge_final(&answer)
    }

    fn judge_final(&mut self, answer: &JobAnswer) -> Final {
        match answer.status {
            _ if answer.job == JobStatus::Gone || self.is_gone() => Final::Done,
            StatusCode::OK | StatusCode::NOT_FOUND => Final::Done,
            StatusCode::ACCEPTED => Final::Again(answer.interval.unwrap_or(CONFIRM_WAIT)),
            StatusCode::PRECONDITION_FAILED => {
                self.offset = 0;
                Final::Trouble(None)
            }
            status => {
                let passing = answer.is_passing_trouble();
                tracing::warn!(job = self.job, %status, passing, "the end of the job was not accepted");
                Final::Trouble(answer.wait)
            }
        }
    }
}

/// What became of one try to report the end.
enum Final {
    Done,
    Again(Duration),
    Trouble(Option<Duration>),
}
