//! A project as its owner sees it.

use super::{Reply, Server};
use reqwest::Method;
use serde_json::{Value, json};

/// A project of root's.
#[derive(Clone)]
pub(crate) struct Project<'s> {
    pub(crate) server: &'s Server,
    pub(crate) id: i64,
    /// Full path, `root/project-1`.
    pub(crate) path: String,
}

impl<'s> Project<'s> {
    pub(crate) fn new(server: &'s Server, id: i64, path: &str) -> Self {
        Self { server, id, path: path.to_owned() }
    }

    /// Commits new files; returns the commit's id. The push starts a pipeline if there is a file for one.
    pub(crate) async fn commit(&self, branch: &str, files: &[(&str, &str)]) -> String {
        self.commit_as("create", json!({ "branch": branch }), files).await
    }

    /// Commits new content of files that are there.
    pub(crate) async fn change(&self, branch: &str, files: &[(&str, &str)]) -> String {
        self.commit_as("update", json!({ "branch": branch }), files).await
    }

    /// Commits new files on a new branch that starts at `start`.
    pub(crate) async fn branch(&self, branch: &str, start: &str, files: &[(&str, &str)]) -> String {
        self.commit_as("create", json!({ "branch": branch, "start_branch": start }), files).await
    }

    async fn commit_as(&self, action: &str, target: Value, files: &[(&str, &str)]) -> String {
        let actions: Vec<Value> = files
            .iter()
            .map(|(path, content)| json!({ "action": action, "file_path": path, "content": content }))
            .collect();
        let body = super::merge(&json!({ "commit_message": "Change something", "actions": actions }), &target);
        let commit = self.server.post(&self.at("/repository/commits"), &body).await;
        commit["id"].as_str().unwrap().to_owned()
    }

    /// Starts a pipeline; returns its id.
    pub(crate) async fn run(&self, ref_name: &str) -> i64 {
        self.server.post(&self.at("/pipeline"), &json!({ "ref": ref_name })).await["id"].as_i64().unwrap()
    }

    /// The address of something of the project's.
    pub(crate) fn at(&self, rest: &str) -> String {
        format!("/projects/{}{rest}", self.id)
    }

    /// All jobs, those that were retried among them, newest first.
    pub(crate) async fn jobs(&self) -> Vec<Value> {
        let reply = self.server.get(&self.at("/jobs?per_page=100")).await.expect(200);
        reply.json().as_array().unwrap().clone()
    }

    pub(crate) async fn job(&self, id: i64) -> Value {
        self.server.get(&self.at(&format!("/jobs/{id}"))).await.expect(200).json()
    }

    pub(crate) async fn pipeline(&self, id: i64) -> Value {
        self.server.get(&self.at(&format!("/pipelines/{id}"))).await.expect(200).json()
    }

    /// Waits until the newest job of that name has that status; returns it.
    pub(crate) async fn until(&self, name: &str, status: &str) -> Value {
        let what = format!("{name} to be {status}");
        let ask = async || {
            let newest = self.jobs().await.into_iter().find(|job| job["name"] == name);
            newest.filter(|job| job["status"] == status)
        };
        self.server.until(&what, ask).await
    }

    /// A button of the job's page.
    pub(crate) async fn press(&self, button: &str, id: i64) -> Value {
        self.server.post(&self.at(&format!("/jobs/{id}/{button}")), &json!({})).await
    }

    /// A CI variable.
    pub(crate) async fn variable(&self, key: &str, value: &str, settings: &Value) {
        let body = super::merge(&json!({ "key": key, "value": value }), settings);
        self.server.post(&self.at("/variables"), &body).await;
    }

    /// The stored log of a job.
    pub(crate) async fn log(&self, id: i64) -> Vec<u8> {
        self.server.get(&self.at(&format!("/jobs/{id}/trace"))).await.expect(200).body
    }

    pub(crate) async fn delete(&self, rest: &str) -> Reply {
        Reply::of(self.server.root(Method::DELETE, &self.at(rest))).await
    }
}
