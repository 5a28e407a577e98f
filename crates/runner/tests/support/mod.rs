//! A server that speaks the runner protocol from memory, and a runner against it.
#![allow(dead_code, reason = "each test program uses a part")]

pub(crate) mod git_http;
mod routes;

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use pipewright_runner::{KEEPER_ARGUMENT, Runner, RunnerConfig, Shutdown};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The runner token the server knows.
pub(crate) const RUNNER_TOKEN: &str = "glrt-t1_abcdefghijklmnop";
/// Longer than anything takes on a busy machine: only a hang gets here.
const PATIENCE: Duration = Duration::from_mins(2);

/// One uploaded artifact.
#[derive(Debug, Clone)]
pub(crate) struct Uploaded {
    pub(crate) query: HashMap<String, String>,
    pub(crate) filename: String,
    pub(crate) bytes: Vec<u8>,
}

/// What the server remembers, and how it behaves.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) queue: VecDeque<Value>,
    pub(crate) requests: Vec<Value>,
    /// A job that is already given out; its answer arrives only once the runner has verified itself.
    pub(crate) on_its_way: Option<Value>,
    /// How often the runner verified itself.
    pub(crate) verified: usize,
    pub(crate) logs: HashMap<i64, Vec<u8>>,
    pub(crate) updates: Vec<(i64, Value)>,
    pub(crate) uploads: Vec<Uploaded>,
    pub(crate) downloads: HashMap<i64, Vec<u8>>,
    /// `Job-Status` of every answer.
    pub(crate) job_status: String,
    /// Statuses to answer the next calls with, instead of doing what they ask.
    pub(crate) patch_answers: VecDeque<u16>,
    pub(crate) final_answers: VecDeque<u16>,
    pub(crate) upload_answers: VecDeque<u16>,
    /// Refuse uploads before reading them.
    pub(crate) refuse_uploads: bool,
    pub(crate) upload_calls: usize,
    /// How many bytes of the next patch to lose after storing the rest; the answer is a 416.
    pub(crate) lose: Option<usize>,
    pub(crate) redirect_downloads: bool,
    /// Folder with bare repositories, served under `/`.
    pub(crate) repositories: Option<std::path::PathBuf>,
    pub(crate) git_logins: Vec<String>,
}

/// The server.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
    changed: watch::Sender<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server =
            Self { address: listener.local_addr().unwrap(), state: Arc::default(), changed: watch::channel(()).0 };
        "running".clone_into(&mut server.state().job_status);
        let routes = routes::routes(server.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Changes the state and wakes who waits for changes.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state());
        self.changed.send_replace(());
        result
    }

    pub(crate) fn push(&self, job: Value) {
        self.change(|state| state.queue.push_back(job));
    }

    /// Waits until the state has something to give.
    pub(crate) async fn until<T>(&self, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut changes = self.changed.subscribe();
        let found = timeout(PATIENCE, async {
            loop {
                if let Some(found) = look(&mut self.state()) {
                    return found;
                }
                changes.changed().await.unwrap();
            }
        });
        let found = found.await.ok();
        found.unwrap_or_else(|| panic!("waited in vain; the server has {:#?}", self.state()))
    }

    /// Waits until the log of a job holds a text.
    pub(crate) async fn until_log_has(&self, job: i64, text: &str) {
        self.until(|state| state.log(job).contains(text).then_some(())).await;
    }

    /// Waits for the end of a job.
    pub(crate) async fn until_end(&self, job: i64) -> Ended {
        let update = self.until(|state| state.final_update(job)).await;
        let log = self.state().log(job);
        Ended { log, update }
    }
}

impl State {
    pub(crate) fn log(&self, job: i64) -> String {
        let bytes = self.logs.get(&job).cloned().unwrap_or_default();
        String::from_utf8(bytes).unwrap()
    }

    fn final_update(&self, job: i64) -> Option<Value> {
        let is_final = |(id, update): &&(i64, Value)| *id == job && update["state"] != "running";
        self.updates.iter().rev().find(is_final).map(|(_, update)| update.clone())
    }
}

/// A job that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) log: String,
    pub(crate) update: Value,
}

impl Ended {
    #[track_caller]
    pub(crate) fn assert_state(&self, state: &str) {
        assert_eq!(self.update["state"], state, "{}\n{}", self.update, self.log);
    }

    #[track_caller]
    pub(crate) fn assert_has(&self, text: &str) {
        assert!(self.log.contains(text), "no {text:?} in:\n{}", self.log);
    }

    #[track_caller]
    pub(crate) fn assert_lacks(&self, text: &str) {
        assert!(!self.log.contains(text), "{text:?} is in:\n{}", self.log);
    }
}

/// A runner at work, with its folders.
pub(crate) struct Running {
    pub(crate) shutdown: Shutdown,
    pub(crate) folder: TempDir,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) fn start(server: &Server) -> Self {
        Self::start_with(server, |_| {})
    }

    pub(crate) fn start_with(server: &Server, adapt: impl FnOnce(&mut RunnerConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = RunnerConfig::new(server.url(), RUNNER_TOKEN, folder.path(), || 1_700_000_000, random);
        config.keeper = vec![env!("CARGO_BIN_EXE_pipewright-keeper").into(), KEEPER_ARGUMENT.into()];
        config.kill_grace = Duration::from_millis(300);
        config.retry_least = Duration::from_millis(10);
        config.check_interval = Duration::from_millis(50);
        adapt(&mut config);
        let runner = Runner::new(config).unwrap();
        let shutdown = Shutdown::new();
        let task = tokio::spawn(runner.run(shutdown.clone()));
        Self { shutdown, folder, task }
    }

    /// Waits until the runner has stopped.
    pub(crate) async fn stopped(self) {
        timeout(PATIENCE, self.task).await.expect("the runner stops").unwrap();
    }
}

fn random() -> u64 {
    RandomState::new().hash_one(0)
}

/// Runs one job to its end.
pub(crate) async fn run(job: Value) -> (Server, Ended) {
    let server = Server::start().await;
    let runner = Running::start(&server);
    let id = job["id"].as_i64().unwrap();
    server.push(job);
    let ended = server.until_end(id).await;
    runner.shutdown.drain();
    runner.stopped().await;
    (server, ended)
}

/// Lets time pass at once for whatever waits in this program: the runner's timers, not its processes.
pub(crate) async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// A job with this script, without sources. Further members are added or replaced.
pub(crate) fn job(id: i64, script: &[&str], more: Value) -> Value {
    let mut job = json!({
        "id": id, "token": format!("glcbt-1f_token-of-{id}"), "allow_git_fetch": true,
        "job_info": {"id": id, "name": "a job", "stage": "test", "project_id": 7},
        "git_info": {"repo_url": "http://h/acme/widgets.git", "ref": "main", "sha": "8f3a1b0c9d7e6f5a", "depth": 20},
        "runner_info": {"timeout": 60},
        "variables": [], "image": null, "services": null, "artifacts": null, "cache": null, "dependencies": [],
        "steps": [{"name": "script", "script": script, "timeout": 60, "when": "on_success", "allow_failure": false}],
        "features": {"trace_sections": true, "failure_reasons": ["job_canceled", "runner_interrupted"]},
    });
    if let Value::Object(more) = more {
        job.as_object_mut().unwrap().extend(more);
    }
    let variables = job["variables"].as_array_mut().unwrap();
    if !variables.iter().any(|variable| variable["key"] == "GIT_STRATEGY") {
        variables.push(variable("GIT_STRATEGY", "none"));
    }
    job
}

pub(crate) fn variable(key: &str, value: &str) -> Value {
    json!({"key": key, "value": value, "public": true, "masked": false})
}

/// Adds an `after_script` to a job.
pub(crate) fn with_after_script(mut job: Value, script: &[&str]) -> Value {
    let step =
        json!({"name": "after_script", "script": script, "timeout": 60, "when": "always", "allow_failure": true});
    job["steps"].as_array_mut().unwrap().push(step);
    job
}

/// The numbers a script wrote as `pid <n>` lines.
pub(crate) fn pids(log: &str) -> Vec<i32> {
    let lines = log.lines().filter_map(|line| line.strip_prefix("pid "));
    lines.map(|number| number.trim().parse().unwrap()).collect()
}

/// Whether a process runs (a zombie does not).
pub(crate) fn is_alive(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| state != 'Z' && state != 'X')
}
