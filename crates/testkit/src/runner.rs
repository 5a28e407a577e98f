//! A runner that does only what a test tells it.

use crate::{Api, Reply, TestServer, archive};
use reqwest::{Method, multipart};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A runner, by its authentication token.
pub struct TestRunner<'a> {
    server: &'a TestServer,
    api: Api,
    /// Its authentication token.
    pub token: String,
    /// What it says it can do.
    pub features: Value,
}

impl<'a> TestRunner<'a> {
    pub(crate) fn new(server: &'a TestServer, token: &str) -> Self {
        let features = json!({
            "variables": true, "artifacts": true, "upload_multiple_artifacts": true, "upload_raw_artifacts": true,
            "artifacts_exclude": true, "masking": true, "trace_reset": true, "trace_size": true, "trace_checksum": true,
            "refspecs": true, "raw_variables": true, "multi_build_steps": true, "return_exit_code": true,
            "services": true, "image": true, "cache": true, "session": true, "terminal": true, "shared": true,
        });
        Self { server, api: server.anonymous(), token: token.to_owned(), features }
    }

    /// Asks for a job once; `None` if there is none.
    pub async fn ask(&self) -> Option<Claimed<'a>> {
        let body = json!({
            "token": self.token, "system_id": "s_testkit",
            "info": {
                "name": "testkit", "version": "1.0.0", "revision": "0", "platform": "linux", "architecture": "amd64",
                "executor": "shell", "features": self.features,
            },
        });
        let reply = self.api.post("/jobs/request", body).await;
        match reply.status {
            201 => Some(Claimed::new(self.server, reply.json())),
            204 => None,
            _ => panic!("a runner asked for a job: {reply:?}"),
        }
    }

    /// Asks until there is a job.
    pub async fn take(&self) -> Claimed<'a> {
        self.server.until("a job for the runner", async || self.ask().await).await
    }
}

/// A job a runner has taken.
pub struct Claimed<'a> {
    server: &'a TestServer,
    /// The job's id.
    pub id: i64,
    /// The job's token.
    pub token: String,
    /// All the runner was told.
    pub payload: Value,
    sent: AtomicUsize,
}

impl<'a> Claimed<'a> {
    fn new(server: &'a TestServer, payload: Value) -> Self {
        let id = payload["id"].as_i64().expect("a job's id");
        let token = payload["token"].as_str().expect("a job's token").to_owned();
        Self { server, id, token, payload, sent: AtomicUsize::new(0) }
    }

    /// The job as a caller of the API.
    pub fn api(&self) -> Api {
        self.server.job(&self.token)
    }

    /// The job's token as a bearer's.
    pub fn bearer(&self) -> Api {
        self.server.anonymous().with("Authorization", &format!("Bearer {}", self.token))
    }

    /// The name of the job.
    pub fn name(&self) -> &str {
        self.payload["job_info"]["name"].as_str().unwrap_or_default()
    }

    /// Appends to the log.
    pub async fn log(&self, text: &str) {
        let start = self.sent.fetch_add(text.len(), Ordering::SeqCst);
        let range = format!("{start}-{}", start + text.len() - 1);
        let api = self.api();
        let request = api
            .request(Method::PATCH, &format!("/jobs/{}/trace", self.id))
            .header("Content-Range", range)
            .header("Content-Type", "text/plain")
            .body(text.to_owned());
        let _ = api.send(request).await.expect(202);
    }

    /// Uploads an archive of these files, kept as long as the job's file says.
    pub async fn upload(&self, files: &[(&str, &[u8])]) {
        let expire_in = self.payload["artifacts"][0]["expire_in"].as_str().unwrap_or_default().to_owned();
        self.upload_as("archive", "zip", "artifacts.zip", archive::zip(files), &expire_in).await;
    }

    /// Uploads a file of that type and format.
    pub async fn upload_as(&self, kind: &str, format: &str, name: &str, bytes: Vec<u8>, expire_in: &str) {
        let part = multipart::Part::bytes(bytes).file_name(name.to_owned());
        let form = multipart::Form::new().part("file", part);
        let query = format!("artifact_type={kind}&artifact_format={format}&expire_in={}", expire_in.replace(' ', "+"));
        let api = self.api();
        let request = api.request(Method::POST, &format!("/jobs/{}/artifacts?{query}", self.id)).multipart(form);
        let _ = api.send(request).await.expect(201);
    }

    /// Uploads these bytes as the archive, whatever they are; the answer may be a refusal.
    pub async fn try_upload(&self, bytes: Vec<u8>) -> Reply {
        let part = multipart::Part::bytes(bytes).file_name("artifacts.zip");
        let form = multipart::Form::new().part("file", part);
        let api = self.api();
        let path = format!("/jobs/{}/artifacts?artifact_type=archive&artifact_format=zip", self.id);
        api.send(api.request(Method::POST, &path).multipart(form)).await
    }

    /// Ends the job: `success` or `failed`.
    pub async fn finish(&self, state: &str) {
        let mut body = json!({ "token": self.token, "state": state });
        if state == "failed" {
            body["failure_reason"] = json!("script_failure");
            body["exit_code"] = json!(1);
        }
        let _ = self.server.anonymous().put(&format!("/jobs/{}", self.id), body).await.expect(200);
    }
}
