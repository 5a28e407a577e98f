//! A job in the hands of a runner.

use super::{Project, Reply, Server};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method, RequestBuilder};
use serde_json::{Value, json};

/// What a 201 gave.
#[derive(Clone)]
pub(crate) struct Job<'s> {
    pub(crate) server: &'s Server,
    pub(crate) id: i64,
    pub(crate) token: String,
    pub(crate) payload: Value,
}

impl<'s> Job<'s> {
    pub(crate) fn new(server: &'s Server, reply: &Reply) -> Self {
        Self::read(server, reply.json())
    }

    pub(crate) fn read(server: &'s Server, payload: Value) -> Self {
        let id = payload["id"].as_i64().expect("a job has a number");
        let token = payload["token"].as_str().expect("a job has a token").to_owned();
        assert!(token.starts_with("glcbt-"), "{token}");
        Self { server, id, token, payload }
    }

    pub(crate) fn name(&self) -> &str {
        self.payload["job_info"]["name"].as_str().unwrap()
    }

    pub(crate) fn project(&self) -> Project<'s> {
        let info = &self.payload["job_info"];
        Project::new(self.server, info["project_id"].as_i64().unwrap(), info["project_full_path"].as_str().unwrap())
    }

    pub(crate) fn pipeline_id(&self) -> i64 {
        self.payload["job_info"]["pipeline_id"].as_i64().unwrap()
    }

    /// The job as the API shows it.
    pub(crate) async fn show(&self) -> Value {
        self.project().job(self.id).await
    }

    /// The log as the API shows it.
    pub(crate) async fn log(&self) -> Vec<u8> {
        self.project().log(self.id).await
    }

    /// The variable as the job sees it: of two with one name, the later one.
    pub(crate) fn variable(&self, key: &str) -> Option<&str> {
        let all = self.payload["variables"].as_array().unwrap();
        let last = all.iter().rfind(|variable| variable["key"] == key);
        last.map(|variable| variable["value"].as_str().unwrap())
    }

    /// `PUT /jobs/:id` in the shape of the crate: the token is in the body alone.
    pub(crate) async fn put(&self, body: &Value) -> Reply {
        let body = super::merge(&json!({ "token": self.token }), body);
        Reply::of(self.server.bare(Method::PUT, &format!("/jobs/{}", self.id)).json(&body)).await
    }

    pub(crate) async fn running(&self) -> Reply {
        self.put(&json!({ "state": "running", "output": {} })).await
    }

    /// Ends well.
    pub(crate) async fn succeed(&self) {
        self.put(&json!({ "state": "success" })).await.expect(200);
    }

    /// Ends badly.
    pub(crate) async fn fail(&self, reason: &str) {
        self.put(&json!({ "state": "failed", "failure_reason": reason })).await.expect(200);
    }

    /// A patch of the log, not sent yet.
    pub(crate) fn patching(&self, range: &str, bytes: &[u8]) -> RequestBuilder {
        let request = self.server.bare(Method::PATCH, &format!("/jobs/{}/trace", self.id));
        let request = request.header("JOB-TOKEN", &self.token).header("Content-Range", range);
        request.header("Content-Type", "text/plain").body(bytes.to_vec())
    }

    /// A patch of the log with the range given.
    pub(crate) async fn patch(&self, range: &str, bytes: &[u8]) -> Reply {
        Reply::of(self.patching(range, bytes)).await
    }

    /// A patch of the log at an offset.
    pub(crate) async fn write(&self, first: usize, bytes: &[u8]) -> Reply {
        self.patch(&format!("{first}-{}", first + bytes.len() - 1), bytes).await
    }

    /// An upload, not sent yet.
    pub(crate) fn uploading(&self, query: &str, form: Form) -> RequestBuilder {
        let request = self.server.bare(Method::POST, &format!("/jobs/{}/artifacts{query}", self.id));
        request.header("JOB-TOKEN", &self.token).multipart(form)
    }

    /// Uploads as the official runner does: one part, chunked; the rest in the query.
    pub(crate) async fn upload(&self, query: &str, filename: &str, bytes: &[u8]) -> Reply {
        Reply::of(self.uploading(query, Form::new().part("file", chunked(filename, bytes)))).await
    }

    /// Uploads an archive as the official runner does.
    pub(crate) async fn upload_archive(&self, bytes: &[u8]) -> Reply {
        self.upload("?artifact_format=zip&artifact_type=archive", "artifacts.zip", bytes).await
    }

    /// Uploads a dotenv report of one file.
    pub(crate) async fn upload_dotenv(&self, text: &str) -> Reply {
        let packed = super::gzip(&[("build.env", text)]);
        self.upload("?artifact_format=gzip&artifact_type=dotenv", ".env", &packed).await
    }

    /// Downloads another job's archive with this job's token.
    pub(crate) async fn download(&self, of: i64) -> Reply {
        let request = self.server.bare(Method::GET, &format!("/jobs/{of}/artifacts"));
        Reply::of(request.header("JOB-TOKEN", &self.token)).await
    }
}

/// A part whose length is not told before.
pub(crate) fn chunked(filename: &str, bytes: &[u8]) -> Part {
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> = bytes.chunks(4096).map(|piece| Ok(piece.to_vec())).collect();
    Part::stream(Body::wrap_stream(futures::stream::iter(pieces))).file_name(filename.to_owned())
}

/// The checksum of a log as a runner sends it.
pub(crate) fn crc(log: &[u8]) -> String {
    format!("crc32:{:08x}", crc32fast::hash(log))
}
