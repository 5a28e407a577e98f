//! A runner: nothing but the requests one makes.

use super::{Job, PATIENCE, Reply, Server};
use pipewright_wire::runner::ALL_FEATURES;
use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};
use tokio::time::timeout;

/// A runner and how it introduces itself.
#[derive(Clone)]
pub(crate) struct Runner<'s> {
    pub(crate) server: &'s Server,
    pub(crate) id: i64,
    pub(crate) token: String,
    /// The body of its requests, without the token.
    pub(crate) body: Value,
}

impl<'s> Runner<'s> {
    /// In the shape of the official runner, which has every feature. It confirms jobs only where the
    /// server asks for it, so it does not say that it could.
    pub(crate) fn new(server: &'s Server, id: i64, token: &str) -> Self {
        let features: Map<String, Value> =
            ALL_FEATURES.iter().map(|name| ((*name).to_owned(), json!(*name != "two_phase_job_commit"))).collect();
        let body = json!({
            "system_id": "s_0123456789ab",
            "info": {
                "name": "gitlab-runner", "version": "19.4.0", "revision": "d79f3e7b", "platform": "linux",
                "architecture": "amd64", "executor": "shell", "shell": "bash", "features": features,
                "config": { "gpus": "" },
            },
        });
        Self { server, id, token: token.to_owned(), body }
    }

    /// In the shape of the crate `gitlab-runner`: only features it has, neither name nor executor, no
    /// queue value, no session.
    pub(crate) fn like_the_crate(&self) -> Self {
        let body = json!({
            "system_id": "r_0123456789ab",
            "info": {
                "version": "0.3.2", "revision": "", "platform": "linux", "architecture": "x86_64",
                "features": { "refspecs": true, "upload_multiple_artifacts": true },
            },
        });
        Self { body, ..self.clone() }
    }

    /// The same without some features.
    pub(crate) fn without(&self, features: &[&str]) -> Self {
        let mut runner = self.clone();
        for name in features {
            runner.body["info"]["features"][*name] = json!(false);
        }
        runner
    }

    /// A request with something more, or something else, in the body; not sent yet.
    pub(crate) fn asking(&self, more: &Value) -> RequestBuilder {
        let body = merge(&merge(&self.body, &json!({ "token": self.token })), more);
        self.server.bare(Method::POST, "/jobs/request").json(&body)
    }

    /// Asks with something more, or something else, in the body.
    pub(crate) async fn ask_with(&self, more: &Value) -> Reply {
        timeout(PATIENCE, Reply::of(self.asking(more))).await.expect("a request for a job is answered")
    }

    /// One look at the queue: never held.
    pub(crate) async fn ask(&self) -> Reply {
        self.ask_with(&json!({})).await
    }

    /// Asks as one who knows the queue as it was.
    pub(crate) async fn ask_since(&self, last_update: &str) -> Reply {
        self.ask_with(&json!({ "last_update": last_update })).await
    }

    /// The queue's value now, the queue being empty for this runner.
    pub(crate) async fn queue_value(&self) -> String {
        let reply = self.ask().await.expect(204);
        reply.last_update().expect("a 204 carries the queue's value").to_owned()
    }

    /// Waits for a job as a runner does: asks, is held, asks again.
    pub(crate) async fn take(&self) -> Job<'s> {
        let mut known = Value::Null;
        loop {
            let reply = self.ask_with(&json!({ "last_update": known })).await;
            match reply.status {
                201 => return Job::new(self.server, &reply),
                204 => known = reply.last_update().map_or(known, Into::into),
                409 => {}
                status => panic!("asked for a job and got {status}: {}", reply.text()),
            }
        }
    }

    /// Takes jobs until the one of that name comes; those before it succeed.
    pub(crate) async fn take_named(&self, name: &str) -> Job<'s> {
        loop {
            let job = self.take().await;
            if job.name() == name {
                return job;
            }
            job.succeed().await;
        }
    }

    /// The runner as the API shows it to the administrator.
    pub(crate) async fn show(&self) -> Value {
        self.server.get(&format!("/runners/{}", self.id)).await.expect(200).json()
    }

    /// Edits the runner.
    pub(crate) async fn edit(&self, settings: &Value) {
        self.server.put(&format!("/runners/{}", self.id), settings).await;
    }
}

/// One object with the members of two; the second's win.
pub(crate) fn merge(one: &Value, other: &Value) -> Value {
    let mut merged = one.as_object().unwrap().clone();
    merged.extend(other.as_object().unwrap().clone());
    Value::Object(merged)
}
