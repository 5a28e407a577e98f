//! The whole server of `pipewright_testkit` as raw requests see it: the runner protocol is tested by exact
//! shapes, so nothing here reads answers kindly.

use super::{Project, Reply, Runner};
use pipewright_engine::Engine;
use pipewright_engine::bells::{Event, Listener};
use pipewright_engine::limits::Limits;
use pipewright_model::Timestamp;
use pipewright_model::clock::ManualClock;
use pipewright_testkit::{ROOT_TOKEN, TestOptions, TestServer};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// Longer than anything takes on a busy machine: only a hang gets here.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
/// A hold nobody waits out, so that a test that needs the bell fails without it.
const HOLD: u64 = 3600;
/// When stories begin.
const BEGIN: &str = "2026-03-01T12:00:00Z";

/// A server whose clock stands still until a story moves it.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) clock: Arc<ManualClock>,
    /// Where its bytes and repositories are.
    pub(crate) folder: PathBuf,
    /// `postgres://…` of its own database, if it is on PostgreSQL.
    pub(crate) postgres: Option<String>,
    engine: Engine,
    http: Client,
}

/// Tells a story on SQLite, and again on PostgreSQL where the tests were lent one.
pub(crate) async fn for_both(story: impl AsyncFn(Server)) {
    for_both_with(|_| (), story).await;
}

/// The same with other limits.
pub(crate) async fn for_both_with(change: impl Fn(&mut Limits), story: impl AsyncFn(Server)) {
    let options = || {
        let mut limits = Limits { long_poll_seconds: HOLD, look_again_seconds: HOLD, ..Limits::default() };
        change(&mut limits);
        TestOptions { clock: Some(Arc::new(ManualClock::at(Timestamp::parse(BEGIN).unwrap()))), limits }
    };
    pipewright_testkit::for_both_with(options, async |test| story(Server::of(test)).await).await;
}

impl Server {
    fn of(test: &TestServer) -> Self {
        Self {
            url: test.url.clone(),
            clock: Arc::clone(test.clock.as_ref().expect("a clock that stands still")),
            folder: test.folder().to_owned(),
            postgres: test.postgres.clone(),
            engine: test.engine.clone(),
            http: Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// A request without credentials, below `/api/v4`.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/api/v4{path}", self.url))
    }

    /// A request of the administrator's.
    pub(crate) fn root(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("PRIVATE-TOKEN", ROOT_TOKEN)
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
        self.engine.due_jobs_one().await.unwrap();
        self.engine.lost_runners_one().await.unwrap();
        self.engine.timeouts_one().await.unwrap();
        self.engine.stuck_jobs_one().await.unwrap();
    }

    /// What the server rings from now on.
    pub(crate) fn events(&self) -> Listener {
        self.engine.bells.listen()
    }

    /// Asks until the answer is `Some`: again at every ring of a bell, and now and then without.
    pub(crate) async fn until<T>(&self, what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
        let mut events = self.events();
        let asking = async {
            loop {
                if let Some(found) = ask().await {
                    return found;
                }
                let _: Result<Result<Event, _>, _> = timeout(Duration::from_millis(20), events.recv()).await;
            }
        };
        timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
    }
}

/// Waits for something that happens unless the server hangs.
pub(crate) async fn patiently<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// Runs SQL as the test server's superuser.
pub(crate) async fn sql(url: &str, text: &str) {
    let (url, text) = (url.to_owned(), text.to_owned());
    let run = move || postgres::Client::connect(&url, postgres::NoTls).unwrap().batch_execute(&text).unwrap();
    tokio::task::spawn_blocking(run).await.unwrap();
}
