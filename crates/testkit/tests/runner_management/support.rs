//! What these tests have in common.

use pipewright_testkit::{Api, Reply, TestServer};
use reqwest::Method;
use serde_json::{Value, json};

/// A runner as its maker was told of it.
pub(crate) struct Made {
    pub(crate) id: i64,
    pub(crate) token: String,
}

impl Made {
    pub(crate) fn of(reply: &Reply) -> Self {
        let made = reply.json();
        Self { id: made["id"].as_i64().expect("an id"), token: made["token"].as_str().expect("a token").to_owned() }
    }

    /// `/runners/:id` and what follows.
    pub(crate) fn at(&self, rest: &str) -> String {
        format!("/runners/{}{rest}", self.id)
    }
}

/// A runner out of the API's own fields.
pub(crate) async fn make(by: &Api, fields: Value) -> Made {
    Made::of(&by.post("/user/runners", fields).await.expect(201))
}

/// An instance runner with that description.
pub(crate) async fn instance(server: &TestServer, description: &str) -> Made {
    make(&server.admin(), json!({ "runner_type": "instance_type", "description": description })).await
}

/// A private group of the caller's own, below another or at the top.
pub(crate) async fn group(owner: &Api, path: &str, parent: Option<i64>) -> i64 {
    let fields = json!({ "name": path, "path": path, "parent_id": parent });
    owner.post("/groups", fields).await.expect(201).json()["id"].as_i64().expect("an id")
}

/// Makes a user a member of a group.
pub(crate) async fn join(owner: &Api, group: i64, member: &Api, level: i64) {
    let user = member.get("/user").await.expect(200).json();
    let fields = json!({ "user_id": user["id"], "access_level": level });
    let _ = owner.post(&format!("/groups/{group}/members"), fields).await.expect(201);
}

/// What a machine tells of itself.
pub(crate) fn info(version: &str) -> Value {
    json!({
        "name": "gitlab-runner", "version": version, "revision": "abc", "platform": "linux",
        "architecture": "amd64", "executor": "shell", "features": { "variables": true, "image": false },
    })
}

/// Shows a token, from a machine of that name.
pub(crate) async fn verify(server: &TestServer, token: &str, system_id: &str, version: &str) -> Reply {
    let body = json!({ "token": token, "system_id": system_id, "info": info(version) });
    server.anonymous().post("/runners/verify", body).await
}

/// A request with a body of any kind.
pub(crate) async fn send(api: &Api, method: Method, path: &str, body: Value) -> Reply {
    api.send(api.request(method, path).json(&body)).await
}

/// Names of a JSON object's members.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}
