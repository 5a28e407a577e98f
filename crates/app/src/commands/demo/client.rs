//! The few calls of the public API the demo makes: it looks at its server as anybody else would.

use crate::error::{Error, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A client with a token.
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

/// A project, as far as the demo cares.
#[derive(Debug, Deserialize)]
pub(crate) struct Project {
    pub(crate) id: i64,
    pub(crate) path_with_namespace: String,
}

/// A pipeline.
#[derive(Debug, Deserialize)]
pub(crate) struct Pipeline {
    pub(crate) id: i64,
    pub(crate) status: String,
}

/// A job or a bridge.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) stage: String,
    pub(crate) status: String,
    pub(crate) allow_failure: bool,
    pub(crate) duration: Option<f64>,
    #[serde(default)]
    pub(crate) downstream_pipeline: Option<Downstream>,
}

/// What a bridge started.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Downstream {
    pub(crate) id: i64,
}

impl Client {
    /// For the server at `url`.
    pub(crate) fn new(url: &str, token: &str) -> Self {
        // The demo's server is on this machine: proxies have no business between us.
        let http = reqwest::Client::builder().no_proxy().build().unwrap_or_default();
        Self { http, base: format!("{url}/api/v4"), token: token.to_owned() }
    }

    /// Makes a project of the caller's.
    pub(crate) async fn create_project(&self, name: &str) -> Result<Project> {
        let body = serde_json::json!({ "name": name, "visibility": "public" });
        self.send(self.http.post(format!("{}/projects", self.base)).json(&body)).await
    }

    /// Newest first.
    pub(crate) async fn pipelines(&self, project: i64) -> Result<Vec<Pipeline>> {
        self.get(&format!("/projects/{project}/pipelines?ref=main")).await
    }

    /// One pipeline.
    pub(crate) async fn pipeline(&self, project: i64, id: i64) -> Result<Pipeline> {
        self.get(&format!("/projects/{project}/pipelines/{id}")).await
    }

    /// Jobs and bridges of a pipeline, in the order they were made.
    pub(crate) async fn jobs(&self, project: i64, pipeline: i64) -> Result<Vec<Job>> {
        let base = format!("/projects/{project}/pipelines/{pipeline}");
        let mut jobs: Vec<Job> = self.get(&format!("{base}/jobs?per_page=100")).await?;
        jobs.extend(self.get::<Vec<Job>>(&format!("{base}/bridges?per_page=100")).await?);
        jobs.sort_by_key(|job| job.id);
        Ok(jobs)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.send(self.http.get(format!("{}{path}", self.base))).await
    }

    async fn send<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T> {
        let failed = |error: reqwest::Error| Error::Other(format!("the server did not answer: {error}"));
        let answer = request.header("PRIVATE-TOKEN", &self.token).send().await.map_err(failed)?;
        let (status, url) = (answer.status(), answer.url().path().to_owned());
        let text = answer.text().await.map_err(failed)?;
        if !status.is_success() {
            return Err(Error::Other(format!("{url} answered {status}: {text}")));
        }
        serde_json::from_str(&text).map_err(|error| Error::Other(format!("{url} answered something else: {error}")))
    }
}
