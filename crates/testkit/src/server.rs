//! The server of a test.

use crate::database::{self, Fresh};
use crate::{Api, Project, TestOptions, TestRunner};
use pipewright_blobs::Blobs;
use pipewright_engine::secrets::{KEY_BYTES, Secrets};
use pipewright_engine::{Engine, Parts, bells::Bells};
use pipewright_git::Git;
use pipewright_http_kit::{Bounds, serve};
use pipewright_model::{Clock, ManualClock, SystemClock};
use pipewright_store::Db;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The administrator's token.
pub const ROOT_TOKEN: &str = "glpat-root-of-the-test-server";
/// Longer than anything takes on a busy machine: only a hang gets here.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server in this process.
pub struct TestServer {
    /// What it serves.
    pub engine: Engine,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// The clock, if it stands still.
    pub clock: Option<Arc<ManualClock>>,
    /// Address of its own database, if it is on PostgreSQL.
    pub postgres: Option<String>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    folder: tempfile::TempDir,
}

/// Runs a test on SQLite, and on PostgreSQL where there is one.
pub async fn for_both(test: impl AsyncFn(&TestServer)) {
    for_both_with(TestOptions::default, test).await;
}

/// Runs a test on SQLite, and on PostgreSQL where there is one, each with options of its own: a clock that
/// was moved is not shared.
pub async fn for_both_with(options: impl Fn() -> TestOptions, test: impl AsyncFn(&TestServer)) {
    on_sqlite_with(options(), &test).await;
    if let Some(server) = database::postgres().filter(|_| !database::postgres_alone() && !database::sqlite_alone()) {
        on_postgres(&server, options(), test).await;
    }
}

async fn on_postgres(server: &str, options: TestOptions, test: impl AsyncFn(&TestServer)) {
    let address = server.to_owned();
    let open = move || {
        let fresh = Fresh::make(&address);
        (fresh.open(), fresh)
    };
    let (db, fresh) = tokio::task::spawn_blocking(open).await.expect("a fresh database");
    let folder = tempfile::tempdir().expect("a folder");
    let server = TestServer::start(options, db, folder).await;
    run(TestServer { postgres: Some(fresh.url()), ..server }, test).await;
}

/// Runs a test on SQLite alone.
pub async fn on_sqlite(test: impl AsyncFn(&TestServer)) {
    on_sqlite_with(TestOptions::default(), test).await;
}

/// Runs a test on SQLite with options of its own; on PostgreSQL instead where everything is to run there.
pub async fn on_sqlite_with(options: TestOptions, test: impl AsyncFn(&TestServer)) {
    if let Some(server) = database::postgres().filter(|_| database::postgres_alone()) {
        return on_postgres(&server, options, test).await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    let open = move || database::open_sqlite(&path);
    let db = tokio::task::spawn_blocking(open).await.expect("a fresh database");
    run(TestServer::start(options, db, folder).await, test).await;
}

async fn run(server: TestServer, test: impl AsyncFn(&TestServer)) {
    test(&server).await;
    server.stop().await;
}

impl TestServer {
    async fn start(options: TestOptions, db: Db, folder: tempfile::TempDir) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let inside = |name: &str| folder.path().join(name);
        let clock: Arc<dyn Clock> = match &options.clock {
            Some(clock) => Arc::clone(clock) as Arc<dyn Clock>,
            None => Arc::new(SystemClock),
        };
        let engine = Engine::new(Parts {
            db,
            blobs: Blobs::open(&inside("objects").to_string_lossy()).expect("a folder for objects"),
            git: Git::new(inside("repositories"), Some(options.limits.push_bytes)).expect("git, version 2.31 or later"),
            clock,
            secrets: Secrets::new(&[7; KEY_BYTES]),
            external_url: url.clone(),
            bells: Bells::default(),
            limits: options.limits,
        });
        engine.ensure_root(Some(ROOT_TOKEN)).await.expect("an administrator");
        let (stop, stopped) = watch::channel(false);
        let router = pipewright_api::router(engine.clone(), &pipewright_api::Options::default());
        let http = tokio::spawn(serve(listener, router, Bounds::of(&engine.limits), stopped.clone()));
        let background = engine.clone();
        let background = tokio::spawn(async move { background.run_background(stopped).await });
        let tasks = vec![http, background];
        Self { engine, url, clock: options.clock, postgres: None, stop, tasks, folder }
    }

    /// The folder with its `objects` and `repositories`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops everything; a task that panicked fails the test.
    async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            match tokio::time::timeout(PATIENCE, task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                Err(elapsed) => panic!("a task of the server did not end: {elapsed}"),
            }
        }
    }

    /// Somebody without a token.
    pub fn anonymous(&self) -> Api {
        Api::anonymous(&self.url)
    }

    /// The administrator.
    pub fn admin(&self) -> Api {
        self.anonymous().with("PRIVATE-TOKEN", ROOT_TOKEN)
    }

    /// A running job, by its token in the header made for it.
    pub fn job(&self, token: &str) -> Api {
        self.anonymous().with("JOB-TOKEN", token)
    }

    /// A new user with that name, and a token for everything.
    pub async fn user(&self, name: &str) -> Api {
        let id = self.make_user(json!({
            "username": name, "name": name, "email": format!("{name}@example.com"),
            "password": "not looked at", "skip_confirmation": true,
        }));
        let id = id.await;
        self.token_of(id, &["api"]).await
    }

    /// Makes a user out of the API's own fields; returns its id.
    pub async fn make_user(&self, fields: serde_json::Value) -> i64 {
        let made = self.admin().post("/users", fields).await.expect(201).json();
        made["id"].as_i64().expect("a user's id")
    }

    /// The user with a new token of these scopes.
    pub async fn token_of(&self, user: i64, scopes: &[&str]) -> Api {
        let fields = json!({ "name": "test", "scopes": scopes });
        let path = format!("/users/{user}/personal_access_tokens");
        let token = self.admin().post(&path, fields).await.expect(201).json();
        self.anonymous().with("PRIVATE-TOKEN", token["token"].as_str().expect("a token"))
    }

    /// A new project of the caller's own, private.
    pub async fn project(&self, owner: &Api, name: &str) -> Project<'_> {
        self.project_with(owner, json!({ "name": name })).await
    }

    /// A new project out of the API's own fields.
    pub async fn project_with(&self, owner: &Api, fields: serde_json::Value) -> Project<'_> {
        let made = owner.post("/projects", fields).await.expect(201).json();
        Project::new(self, owner.clone(), &made)
    }

    /// A new runner for every project.
    pub async fn runner(&self) -> TestRunner<'_> {
        self.runner_with(json!({ "runner_type": "instance_type", "run_untagged": true })).await
    }

    /// A new runner out of the API's own fields.
    pub async fn runner_with(&self, fields: serde_json::Value) -> TestRunner<'_> {
        let made = self.admin().post("/user/runners", fields).await.expect(201).json();
        TestRunner::new(self, made["token"].as_str().expect("a runner's token"))
    }

    /// Waits until `look` sees what it looks for, looking again at each event of the server.
    pub async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let mut events = self.engine.bells.listen();
        let waiting = async {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                // A bell that was missed is made up for: truth is in the database.
                let _ = tokio::time::timeout(Duration::from_millis(250), events.recv()).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
    }
}
