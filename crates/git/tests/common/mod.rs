//! A folder of repositories, a server over a real socket, and the git command as its client.

#![allow(dead_code, reason = "every test file uses its own part of this")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path as UrlPath, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use pipewright_git::http::{RefUpdate, Service};
use pipewright_git::{Error, Git, Repository};
use tempfile::TempDir;

/// A root with one empty repository `repositories/1.git`.
pub(crate) struct Fixture {
    pub(crate) folder: TempDir,
    pub(crate) git: Git,
    pub(crate) repository: Repository,
}

pub(crate) async fn fixture() -> Fixture {
    fixture_with(None).await
}

pub(crate) async fn fixture_with(max_push: Option<u64>) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let git = Git::new(folder.path().join("git"), max_push).unwrap();
    let repository = git.repository("repositories/1.git").unwrap();
    repository.init("main").await.unwrap();
    Fixture { folder, git, repository }
}

/// What the server does with pushes, and what it saw.
#[derive(Default)]
pub(crate) struct Rules {
    /// Refs to refuse, with the reason.
    pub(crate) refuse: Vec<(String, String)>,
    pub(crate) keep_history: Vec<String>,
    /// What to tell the person after a push.
    pub(crate) say: Vec<String>,
    pub(crate) pushes: Vec<Vec<RefUpdate>>,
    pub(crate) options: Vec<String>,
    pub(crate) protocols: Vec<String>,
    pub(crate) gzipped: usize,
}

#[derive(Clone)]
pub(crate) struct Server {
    git: Git,
    pub(crate) rules: Arc<Mutex<Rules>>,
    address: std::net::SocketAddr,
}

impl Server {
    pub(crate) async fn start(git: &Git) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self { git: git.clone(), rules: Arc::default(), address };
        let app = Router::new()
            .route("/{repository}/info/refs", get(info_refs))
            .route("/{repository}/git-upload-pack", post(upload_pack))
            .route("/{repository}/git-receive-pack", post(receive_pack))
            .with_state(server.clone());
        // Without this the last piece of every answer waits 40 ms for the client's acknowledgement.
        let listener = listener.tap_io(|socket| socket.set_nodelay(true).unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/1.git", self.address)
    }

    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.address
    }

    pub(crate) fn rules(&self) -> std::sync::MutexGuard<'_, Rules> {
        self.rules.lock().unwrap()
    }

    fn repository(&self, name: &str) -> Result<Repository, Failure> {
        Ok(self.git.repository(&format!("repositories/{name}"))?)
    }
}

struct Failure(Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = match self.0 {
            Error::NotFound { .. } => StatusCode::NOT_FOUND,
            Error::Protocol(_) | Error::BadName { .. } => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.0.to_string()).into_response()
    }
}

fn protocol(headers: &HeaderMap) -> Option<&str> {
    headers.get("git-protocol").and_then(|value| value.to_str().ok())
}

fn is_gzip(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_ENCODING).is_some_and(|value| value == "gzip")
}

#[derive(serde::Deserialize)]
struct Asked {
    service: String,
}

async fn info_refs(
    State(server): State<Server>,
    UrlPath(name): UrlPath<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let service = Service::parse(&asked.service).unwrap();
    let protocol = protocol(&headers);
    server.rules().protocols.extend(protocol.map(str::to_owned));
    let body = server.repository(&name)?.advertise(service, protocol)?;
    Ok(([(header::CONTENT_TYPE, service.advertisement_type())], Body::from_stream(body)).into_response())
}

async fn upload_pack(
    State(server): State<Server>,
    UrlPath(name): UrlPath<String>,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let gzip = is_gzip(&parts.headers);
    server.rules().gzipped += usize::from(gzip);
    let stream = body.into_data_stream();
    let answer = server.repository(&name)?.upload_pack(protocol(&parts.headers), gzip, stream)?;
    let kind = Service::UploadPack.result_type();
    Ok(([(header::CONTENT_TYPE, kind)], Body::from_stream(answer)).into_response())
}

async fn receive_pack(
    State(server): State<Server>,
    UrlPath(name): UrlPath<String>,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let gzip = is_gzip(&parts.headers);
    let mut push = server.repository(&name)?.receive_pack(gzip, body.into_data_stream()).await?;
    let kept = server.rules().keep_history.clone();
    push.keep_history(&kept).await?;
    let refused: Vec<_> = {
        let mut rules = server.rules();
        rules.options.extend(push.options().iter().cloned());
        let touched = |name: &String| push.updates().iter().any(|update| update.name == *name);
        rules.refuse.iter().filter(|(name, _)| touched(name)).cloned().collect()
    };
    let answer = if refused.is_empty() {
        let rules = server.rules.clone();
        let done = move |moved: Vec<RefUpdate>| async move {
            let mut rules = rules.lock().unwrap();
            if !moved.is_empty() {
                rules.pushes.push(moved);
            }
            rules.say.clone()
        };
        push.accept(done)?
    } else {
        push.refuse("You are not allowed to do that.", &refused)
    };
    let kind = Service::ReceivePack.result_type();
    Ok(([(header::CONTENT_TYPE, kind)], Body::from_stream(answer)).into_response())
}

/// A client's work folder.
pub(crate) struct Client {
    pub(crate) folder: PathBuf,
}

impl Client {
    /// A new, empty repository with the server as `origin`.
    pub(crate) fn new(fixture: &Fixture, name: &str, url: &str) -> Self {
        let folder = fixture.folder.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let client = Self { folder };
        client.ok(&["init", "-q", "-b", "main"]);
        client.ok(&["remote", "add", "origin", url]);
        client
    }

    /// Runs git and returns how it went.
    pub(crate) fn git(&self, args: &[&str]) -> Output {
        let mut command = Command::new("git");
        command.args(args).current_dir(&self.folder).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", "/nonexistent").env("LC_ALL", "C");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Ada").env(format!("GIT_{role}_EMAIL"), "ada@example.com");
            command.env(format!("GIT_{role}_DATE"), "2015-12-24T16:51:14+0100");
        }
        command.output().unwrap()
    }

    /// Runs git, which must succeed, and returns what it printed.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.git(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {stderr}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs git, which must fail, and returns what it complained of.
    pub(crate) fn fails(&self, args: &[&str]) -> String {
        let output = self.git(args);
        assert!(!output.status.success(), "git {args:?} succeeded");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Writes a file and commits it; returns the commit.
    pub(crate) fn commit(&self, path: &str, content: &str) -> String {
        self.write(path, content);
        self.ok(&["add", "-A"]);
        self.ok(&["commit", "-q", "-m", &format!("Change {path}")]);
        self.head()
    }

    pub(crate) fn head(&self) -> String {
        self.ok(&["rev-parse", "HEAD"])
    }
}

/// Runs blocking client work beside the server, on a thread of its own.
pub(crate) async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// Files and not folders; what is removed meanwhile is not missed.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found
}
