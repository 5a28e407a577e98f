//! Running commands of a job under keepers, and ending all of them.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStdin, Command};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::config::RunnerConfig;
use crate::processes::{self, MARK_VARIABLE};
use crate::trace::JobLog;

/// Time a keeper has beyond the grace of its processes before it is killed itself.
const KEEPER_GRACE: Duration = Duration::from_secs(10);
/// Time the last output of killed processes has to arrive.
const LAST_OUTPUT: Duration = Duration::from_secs(2);

/// A command to run.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) command: Vec<OsString>,
    pub(crate) folder: PathBuf,
    pub(crate) environment: BTreeMap<String, OsString>,
}

/// Why a command has no status.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShellError {
    #[error("the process could not be started: {0}")]
    Start(#[from] std::io::Error),
    #[error("the process that keeps the job's processes was killed")]
    KeeperLost,
}

/// Everything that runs for one job.
#[derive(Debug)]
pub(crate) struct Shells {
    keeper: Vec<OsString>,
    grace: Duration,
    /// Marks the environment of every process of the job.
    mark: String,
    nonce: String,
    log: JobLog,
    open: Mutex<Vec<Keeper>>,
}

/// One keeper, until everything below it is known to be gone.
#[derive(Debug)]
struct Keeper {
    process: Option<u32>,
    lifeline: Option<ChildStdin>,
    /// Cancelled when the keeper has ended.
    exited: CancellationToken,
    /// Cancelled when all output has been read.
    drained: CancellationToken,
    output: AbortHandle,
}

impl Shells {
    pub(crate) fn new(config: &RunnerConfig, log: JobLog) -> Self {
        Self {
            keeper: config.keeper.clone(),
            grace: config.kill_grace,
            mark: config.nonce(),
            nonce: config.nonce(),
            log,
            open: Mutex::new(Vec::new()),
        }
    }

    /// Runs a command with its output in the log and returns its status. Processes it leaves
    /// behind go on until [`Self::close`].
    pub(crate) async fn run(&self, program: &Program) -> Result<i32, ShellError> {
        let (keeper, mut status) = self.start(program)?;
        let exited = keeper.exited.clone();
        self.open().push(keeper);
        let told = tokio::select! {
            biased;
            told = &mut status => told.ok(),
            // A keeper tells before it ends; only what it told may still be on its way.
            () = exited.cancelled() => timeout(LAST_OUTPUT, status).await.ok().and_then(Result::ok),
        };
        told.ok_or(ShellError::KeeperLost)
    }

    fn open(&self) -> MutexGuard<'_, Vec<Keeper>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, program: &Program) -> Result<(Keeper, oneshot::Receiver<i32>), ShellError> {
        let no_keeper = || std::io::Error::other("no keeper command is set");
        let (first, rest) = self.keeper.split_first().ok_or_else(no_keeper)?;
        let mut child = Command::new(first)
            .args(rest)
            .arg(&self.nonce)
            .arg(self.grace.as_millis().to_string())
            .args(&program.command)
            .current_dir(&program.folder)
            .env_clear()
            .envs(&program.environment)
            .env(MARK_VARIABLE, OsStr::new(&self.mark))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let gone = || std::io::Error::other("its pipe is missing");
        let lifeline = child.stdin.take();
        let output = child.stderr.take().ok_or_else(gone)?;
        let process = child.id();
        let (exited, drained) = (CancellationToken::new(), CancellationToken::new());
        let (tell, status) = oneshot::channel();
        let mark = format!("\0{} ", self.nonce).into_bytes();
        let reading = follow(output, mark, self.log.clone(), tell);
        let end_of_output = drained.clone().drop_guard();
        let output = tokio::spawn(async move {
            reading.await;
            drop(end_of_output);
        });
        let end = exited.clone().drop_guard();
        tokio::spawn(async move {
            if let Err(error) = child.wait().await {
                tracing::warn!(%error, "a keeper cannot be waited for");
            }
            drop(end);
        });
        let output = output.abort_handle();
        Ok((Keeper { process, lifeline, exited, drained, output }, status))
    }

    /// Ends every process of the job, also those that hid, and waits until they are gone. May be
    /// dropped and called again.
    pub(crate) async fn close(&self) {
        let mut ending = Vec::new();
        for keeper in self.open().iter_mut() {
            drop(keeper.lifeline.take());
            ending.push((keeper.process, keeper.exited.clone(), keeper.drained.clone(), keeper.output.clone()));
        }
        for (process, exited, ..) in &ending {
            if timeout(self.grace + KEEPER_GRACE, exited.cancelled()).await.is_err() {
                tracing::warn!("a keeper does not end and is killed");
                process.inspect(|process| processes::kill_now(*process));
            }
        }
        let mark = self.mark.clone();
        let escaped = tokio::task::spawn_blocking(move || processes::kill_marked(&mark)).await;
        if let Ok(escaped @ 1..) = escaped {
            tracing::warn!(escaped, "processes had left their keeper and were killed");
        }
        for (_, _, drained, output) in &ending {
            if timeout(LAST_OUTPUT, drained.cancelled()).await.is_err() {
                output.abort();
            }
        }
        self.open().retain(|keeper| keeper.lifeline.is_some());
    }
}

/// Copies output to the log; tells the status when the end mark comes by.
async fn follow(mut output: impl AsyncRead + Unpin, mark: Vec<u8>, log: JobLog, tell: oneshot::Sender<i32>) {
    let mut tell = Some(tell);
    let mut held: Vec<u8> = Vec::new();
    let mut buffer = vec![0; 32 * 1024];
    while let Ok(count @ 1..) = output.read(&mut buffer).await {
        held.extend_from_slice(&buffer[..count]);
        if tell.is_some() {
            let status = take_status(&mut held, &mark, &log);
            if let (Some(status), Some(tell)) = (status, tell.take_if(|_| status.is_some())) {
                // Nobody waits any more when the job is being stopped.
                let _ = tell.send(status);
            }
        }
        if tell.is_none() {
            log.write(&std::mem::take(&mut held));
        }
    }
    log.write(&held);
}

/// Writes what cannot be part of the end mark; returns the status when the mark is complete.
fn take_status(held: &mut Vec<u8>, mark: &[u8], log: &JobLog) -> Option<i32> {
    let mut from = 0;
    while let Some(place) = held[from..].iter().position(|byte| *byte == 0) {
        let start = from + place;
        let rest = &held[start..];
        let is_mark = rest.len() >= mark.len() && rest.starts_with(mark);
        if is_mark && let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let status = std::str::from_utf8(&rest[mark.len()..end]).ok()?.parse().ok();
            log.write(&held[..start]);
            held.drain(..=start + end);
            return status;
        }
        if is_mark || mark.starts_with(rest) {
            log.write(&held[..start]);
            held.drain(..start);
            return None;
        }
        from = start + 1;
    }
    log.write(&std::mem::take(held));
    None
}

#[cfg(test)]
mod tests {
    use super::follow;
    use crate::trace::{JobLog, Masker};
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn the_end_mark_is_found_wherever_it_is_cut() {
        let text = b"a\0b out\n\0nonce 3\nlate";
        for cut in 1..text.len() {
            let log = JobLog::new(Masker::new(Vec::new(), &[]), 1000).unwrap();
            let (tell, status) = oneshot::channel();
            let parts = tokio_test_reader(&text[..cut], &text[cut..]);
            follow(parts, b"\0nonce ".to_vec(), log.clone(), tell).await;
            assert_eq!(status.await.unwrap(), 3, "cut at {cut}");
            assert_eq!(log.read(0, 1000).unwrap(), b"a\0b out\nlate");
        }
    }

    fn tokio_test_reader<'a>(a: &'a [u8], b: &'a [u8]) -> impl tokio::io::AsyncRead + Unpin + 'a {
        tokio::io::AsyncReadExt::chain(a, b)
    }
}
