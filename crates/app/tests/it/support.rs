//! A served instance, a client, a work tree: what the tests tell their stories with.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const TOKEN: &str = "glpat-tests-of-the-binary";
/// Longer than anything takes on a busy machine; only a hang gets here.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// The binary, without the settings of whoever runs the tests.
pub(crate) fn pipewright() -> Command {
    without_settings(Command::new(env!("CARGO_BIN_EXE_pipewright")))
}

fn without_settings(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PIPEWRIGHT_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the binary to its end.
pub(crate) fn run(command: &mut Command) -> Output {
    command.output().expect("the binary starts")
}

/// Standard output and standard error as text.
pub(crate) fn texts(output: &Output) -> (String, String) {
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A server of its own process. Killed when dropped.
pub(crate) struct Served {
    pub(crate) url: String,
    child: Child,
    log: PathBuf,
    _log_folder: TempDir,
}

impl Served {
    /// `serve` with these arguments on a free port, ready.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, |_| {})
    }

    /// The same, with a word about the command before it starts.
    pub(crate) fn start_with(arguments: &[&str], change: impl FnOnce(&mut Command)) -> Self {
        Self::spawn(arguments, |command| {
            command.args(["--root-token", TOKEN]);
            change(command);
        })
    }

    /// Without a token for root.
    pub(crate) fn start_bare(arguments: &[&str]) -> Self {
        Self::spawn(arguments, |_| {})
    }

    /// By a shell, whose script gets the binary as `$0` and what to give it as `$@`.
    pub(crate) fn start_by(script: &str, arguments: &[&str]) -> Self {
        let mut shell = without_settings(Command::new("sh"));
        shell.args(["-c", script, env!("CARGO_BIN_EXE_pipewright")]);
        Self::spawn_by(shell, arguments, |_| {})
    }

    fn spawn(arguments: &[&str], change: impl FnOnce(&mut Command)) -> Self {
        Self::spawn_by(pipewright(), arguments, change)
    }

    fn spawn_by(mut command: Command, arguments: &[&str], change: impl FnOnce(&mut Command)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        command.stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap());
        change(&mut command);
        let mut child = command.spawn().expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(url) = line.trim_end().strip_prefix("listening on ") else {
            let _ = child.kill();
            panic!("the server said {line:?}, and in its log: {}", std::fs::read_to_string(&log).unwrap());
        };
        Self { url: url.to_owned(), child, log, _log_folder: folder }
    }

    pub(crate) fn api(&self) -> Api {
        Api::new(&self.url, TOKEN)
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server does not end; its log: {}", self.log());
    }

    /// As the power cut does it.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        self.wait();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let mut log = String::new();
            let _ = std::fs::File::open(&self.log).and_then(|mut file| file.read_to_string(&mut log));
            eprintln!("--- the server's log ---\n{log}");
        }
    }
}

/// The REST API as a user sees it.
#[derive(Clone)]
pub(crate) struct Api {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Api {
    pub(crate) fn new(url: &str, token: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, base: format!("{url}/api/v4"), token: token.to_owned() }
    }

    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).header("PRIVATE-TOKEN", &self.token)
    }

    /// Without credentials: the runner protocol carries its own.
    pub(crate) fn bare(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        json(self.request(reqwest::Method::GET, path), 200).await
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        let answer = self.request(reqwest::Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        json(self.request(reqwest::Method::POST, path).json(body), 201).await
    }

    /// A project of root's; its id.
    pub(crate) async fn project(&self, name: &str) -> i64 {
        self.post("/projects", &serde_json::json!({ "name": name })).await["id"].as_i64().unwrap()
    }

    /// Asks until the answer is `Some`.
    pub(crate) async fn until<T>(&self, path: &str, wanted: impl Fn(&Value) -> Option<T>) -> T {
        self.until_within(PATIENCE, path, wanted).await
    }

    async fn until_within<T>(&self, patience: Duration, path: &str, wanted: impl Fn(&Value) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            let answer = self.get(path).await;
            if let Some(found) = wanted(&answer) {
                return found;
            }
            assert!(start.elapsed() < patience, "{path} still answers {answer:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until a runner has asked for work from a machine with this id: its question is in the server's hands.
    pub(crate) async fn asked(&self, runner: &Value, system_id: &str) {
        let path = format!("/runners/{}/managers", runner["id"]);
        let is_it = |manager: &Value| manager["system_id"] == system_id;
        self.until(&path, |managers| managers.as_array().unwrap().iter().any(is_it).then_some(())).await;
    }

    /// The first pipeline of a project, once it has ended.
    pub(crate) async fn ended_pipeline(&self, project: i64) -> Value {
        self.ended_pipeline_within(PATIENCE, project).await
    }

    /// The same with a patience of its own.
    pub(crate) async fn ended_pipeline_within(&self, patience: Duration, project: i64) -> Value {
        let ended = ["success", "failed", "canceled", "skipped"];
        let path = format!("/projects/{project}/pipelines");
        let is_it = |one: &&Value| ended.contains(&one["status"].as_str().unwrap());
        self.until_within(patience, &path, |list| list.get(0).filter(is_it).cloned()).await
    }

    /// Name, status and log of each job of a pipeline: for messages.
    pub(crate) async fn story(&self, project: i64, pipeline: &Value) -> String {
        let jobs = self.get(&format!("/projects/{project}/pipelines/{}/jobs", pipeline["id"])).await;
        let mut story = format!("pipeline {}: {}\n", pipeline["id"], pipeline["status"]);
        for job in jobs.as_array().unwrap() {
            let trace = self.text(&format!("/projects/{project}/jobs/{}/trace", job["id"])).await;
            let _ = writeln!(story, "--- {} {} {}\n{trace}", job["name"], job["status"], job["failure_reason"]);
        }
        story
    }
}

/// Looks until there is something.
pub(crate) async fn until<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Sends, checks the status, reads JSON.
pub(crate) async fn json(request: reqwest::RequestBuilder, status: u16) -> Value {
    let answer = request.send().await.unwrap();
    let (got, url) = (answer.status().as_u16(), answer.url().clone());
    let text = answer.text().await.unwrap();
    assert_eq!(got, status, "{url}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// A work tree of git's.
pub(crate) struct WorkTree {
    pub(crate) folder: TempDir,
}

impl WorkTree {
    /// With these files, committed on `main`.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self { folder: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            let path = tree.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        tree.git(&["init", "--quiet", "--initial-branch=main"]);
        tree.git(&["add", "--all"]);
        tree.git(&["commit", "--quiet", "--message=Start"]);
        tree
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = git(self.path()).args(arguments).output().unwrap();
        let (out, err) = texts(&output);
        assert!(output.status.success(), "git {arguments:?}: {err}");
        out.trim().to_owned()
    }

    /// Pushes `main` to a project of root's.
    pub(crate) fn push(&self, url: &str, project: &str) {
        self.git(&["push", "--quiet", &remote(url, project), "main"]);
    }
}

/// A repository's address with root's token.
pub(crate) fn remote(url: &str, project: &str) -> String {
    format!("{}/root/{project}.git", url.replacen("http://", &format!("http://root:{TOKEN}@"), 1))
}

/// Git with nobody's settings.
pub(crate) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_TERMINAL_PROMPT", "0");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Test").env(format!("GIT_{who}_EMAIL"), "test@example.com");
    }
    command
}
