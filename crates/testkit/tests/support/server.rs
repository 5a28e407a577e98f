//! A whole server for one test: the real router over a real database, real folders, real git.

use super::{Project, Reply, Runner};
use pipewright_blobs::Blobs;
use pipewright_engine::bells::{Bells, Event};
use pipewright_engine::limits::Limits;
use pipewright_engine::secrets::Secrets;
use pipewright_engine::{Engine, Parts};
use pipewright_git::Git;
use pipewright_model::clock::ManualClock;
use pipewright_model::{Clock, Timestamp};
use pipewright_store::{Db, DbOptions};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The administrator's token.
pub(crate) const ROOT: &str = "glpat-administrator-of-tests";
/// Longer than anything takes on a busy machine: only a hang gets here.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
/// A hold nobody waits out, so that a test that needs the bell fails without it.
const HOLD: u64 = 3600;

/// A server; everything it has goes when it is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) folder: TempDir,
    /// `postgres://…` of its own database, if it is on PostgreSQL.
    pub(crate) postgres: Option<String>,
    pub(crate) engine: Engine,
    http: Client,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Tells a story on SQLite, and again on PostgreSQL where the tests were lent one.
pub(crate) async fn for_both(story: impl AsyncFn(Server)) {
    for_both_with(|_| (), story).await;
}

/// The same with other limits.
pub(crate) async fn for_both_with(change: impl Fn(&mut Limits), story: impl AsyncFn(Server)) {
    story(Server::start(None, &change).await).await;
    if let Ok(url) = std::env::var("PIPEWRIGHT_TEST_POSTGRES") {
        story(Server::start(Some(&url), &change).await).await;
    }
}

impl Server {
    /// On SQLite, or on a database of its own on that PostgreSQL.
    pub(crate) async fn start(postgres: Option<&str>, change: &impl Fn(&mut Limits)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut limits = Limits { long_poll_seconds: HOLD, look_again_seconds: HOLD, ..Limits::default() };
        change(&mut limits);
        let postgres = match postgres {
            Some(url) => Some(fresh_database(url).await),
            None => None,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let clock = Arc::new(ManualClock::at(Timestamp::parse("2026-03-01T12:00:00Z").unwrap()));
        let options = match &postgres {
            Some(url) => DbOptions::Postgres { url: url.clone(), workers: 4 },
            None => DbOptions::Sqlite { path: folder.path().join("pipewright.db"), durable: false },
        };
        for name in ["objects", "repositories"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let parts = Parts {
            db: tokio::task::spawn_blocking(move || Db::open(&options)).await.unwrap().unwrap(),
            blobs: Blobs::open(folder.path().join("objects").to_str().unwrap()).unwrap(),
            git: Git::new(folder.path().join("repositories"), None).unwrap(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            secrets: Secrets::new(&[7; 32]),
            external_url: url.clone(),
            bells: Bells::default(),
            limits,
        };
        let engine = Engine::new(parts);
        engine.ensure_root(Some(ROOT)).await.unwrap();
        let router = pipewright_api::router(engine.clone(), &pipewright_api::Options::default());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let http = Client::builder().no_proxy().build().unwrap();
        Self { url, clock, folder, postgres, engine, http, tasks: vec![serving] }
    }

    /// A request without credentials, below `/api/v4`.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/api/v4{path}", self.url))
    }

    /// A request of the administrator's.
    pub(crate) fn root(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("PRIVATE-TOKEN", ROOT)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        Reply::of(self.root(Method::GET, path)).await
    }

    /// The administrator posts; it must succeed.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let reply = Reply::of(self.root(Method::POST, path).json(body)).await;
        assert!((200..300).contains(&reply.status), "POST {path}: {} {}", reply.status, reply.text());
        reply.json()
    }

    /// The administrator puts; it must succeed.
    pub(crate) async fn put(&self, path: &str, body: &Value) -> Value {
        Reply::of(self.root(Method::PUT, path).json(body)).await.expect(200).json()
    }

    /// A project with this pipeline file on `main`.
    pub(crate) async fn project(&self, ci: &str) -> Project<'_> {
        let project = self.empty_project(&json!({})).await;
        project.commit("main", &[(".gitlab-ci.yml", ci)]).await;
        project
    }

    /// A project without a commit.
    pub(crate) async fn empty_project(&self, settings: &Value) -> Project<'_> {
        static NAMES: AtomicU64 = AtomicU64::new(1);
        let name = format!("project-{}", NAMES.fetch_add(1, Ordering::Relaxed));
        let made = self.post("/projects", &super::merge(&json!({ "name": name }), settings)).await;
        Project::new(self, made["id"].as_i64().unwrap(), made["path_with_namespace"].as_str().unwrap())
    }

    /// An instance runner that takes everything.
    pub(crate) async fn runner(&self) -> Runner<'_> {
        self.runner_with(&json!({})).await
    }

    /// The same, with other settings.
    pub(crate) async fn runner_with(&self, settings: &Value) -> Runner<'_> {
        let body = super::merge(&json!({ "runner_type": "instance_type" }), settings);
        let made = Reply::of(self.root(Method::POST, "/user/runners").json(&body)).await.expect(201).json();
        let token = made["token"].as_str().unwrap();
        assert!(token.starts_with("glrt-"), "the prefix decides how runners register: {token}");
        Runner::new(self, made["id"].as_i64().unwrap(), token)
    }

    /// One pass of what the server does by itself as time goes by.
    pub(crate) async fn tick(&self) {
        // Not there yet.
    }

    /// Asks until the answer is `Some`: again at every ring of a bell, and now and then without.
    pub(crate) async fn until<T>(&self, what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
        let mut events = self.engine.bells.listen();
        let asking = async {
            loop {
                if let Some(found) = ask().await {
                    return found;
                }
                let _: Result<Result<Event, _>, _> = timeout(Duration::from_millis(200), events.recv()).await;
            }
        };
        timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
    }
}

/// Waits for something that happens unless the server hangs.
pub(crate) async fn patiently<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// Makes a database on that server.
async fn fresh_database(url: &str) -> String {
    static NUMBERS: AtomicU64 = AtomicU64::new(1);
    let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
    let name = format!("protocol_{}_{number}", std::process::id());
    let (server, _) = url.rsplit_once('/').unwrap();
    let fresh = format!("{server}/{name}");
    sql(url, &format!("CREATE DATABASE {name}")).await;
    fresh
}

/// Runs SQL as the test server's superuser.
pub(crate) async fn sql(url: &str, text: &str) {
    let (url, text) = (url.to_owned(), text.to_owned());
    let run = move || postgres::Client::connect(&url, postgres::NoTls).unwrap().batch_execute(&text).unwrap();
    tokio::task::spawn_blocking(run).await.unwrap();
}
