//! Artifacts up and down (runner protocol §8).

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use reqwest::header::LOCATION;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method, Response, StatusCode, Url};
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

use pipewright_wire::runner::headers;

use super::jobs::refusal;
use super::{Client, ClientError};

/// Files longer than this give the server a moment to refuse them.
const LONG: u64 = 64 * 1024;
/// That moment.
const MOMENT: Duration = Duration::from_millis(100);
/// How often a download is tried when the server is in trouble.
const DOWNLOAD_TRIES: u32 = 3;

/// One file to upload.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    /// `archive`, `junit`, …
    pub(crate) kind: String,
    /// `zip`, `gzip`, `raw`
    pub(crate) format: String,
    /// Name of the file as the server shall keep it.
    pub(crate) filename: String,
    /// How long it shall be kept.
    pub(crate) expire_in: Option<String>,
}

/// What became of an upload.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ArtifactAnswer {
    /// The server has it.
    Stored,
    /// The server does not want it; trying again is no use.
    Refused(String),
    /// It may work another time; the number of tries that make sense, and the reason.
    Trouble(u32, String),
}

/// Why a download failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DownloadError {
    #[error("{0}")]
    Client(#[from] ClientError),
    #[error("the download could not be kept: {0}")]
    Disk(#[from] std::io::Error),
}

impl Client {
    /// `POST /jobs/:id/artifacts`, once; the file is streamed.
    pub(crate) async fn upload(
        &self,
        job: i64,
        token: &str,
        upload: &Upload,
        file: &Path,
    ) -> std::io::Result<ArtifactAnswer> {
        let mut url = self.address(&["jobs", &job.to_string(), "artifacts"]);
        let fields = [
            ("artifact_format", Some(upload.format.as_str())),
            ("artifact_type", Some(upload.kind.as_str())),
            ("expire_in", upload.expire_in.as_deref()),
        ];
        for (name, value) in fields {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
        let content = tokio::fs::File::open(file).await?;
        let len = content.metadata().await?.len();
        let content = ReaderStream::with_capacity(content, 64 * 1024);
        let body = Body::wrap_stream(hesitate(len).chain(content));
        let part = Part::stream_with_length(body, len).file_name(upload.filename.clone());
        let call =
            self.call(Method::POST, url).header(headers::JOB_TOKEN, token).multipart(Form::new().part("file", part));
        Ok(match call.send().await {
            Ok(answer) => judge(answer).await,
            Err(error) => ArtifactAnswer::Trouble(3, ClientError::from(error).to_string()),
        })
    }

    /// `GET /jobs/:id/artifacts` into `file`, with the tries the contract has.
    pub(crate) async fn download(&self, job: i64, token: &str, file: &Path) -> Result<(), DownloadError> {
        let mut tries = 1;
        loop {
            match self.download_once(job, token, file).await {
                Err(DownloadError::Client(error)) if tries < DOWNLOAD_TRIES && may_pass(&error) => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                other => return other,
            }
        }
    }

    async fn download_once(&self, job: i64, token: &str, file: &Path) -> Result<(), DownloadError> {
        let url = self.address(&["jobs", &job.to_string(), "artifacts"]);
        let call = self.call(Method::GET, url.clone()).header(headers::JOB_TOKEN, token);
        let mut answer = call.send().await.map_err(ClientError::from)?;
        if answer.status().is_redirection()
            && let Some(elsewhere) = location(&url, &answer)
        {
            // The token is for the server alone, not for the storage it points to.
            let call = self.http.get(elsewhere);
            answer = call.send().await.map_err(ClientError::from)?;
        }
        if answer.status() != StatusCode::OK {
            return Err(refusal(answer).await.into());
        }
        let mut out = tokio::fs::File::create(file).await?;
        while let Some(chunk) = answer.chunk().await.map_err(ClientError::from)? {
            out.write_all(&chunk).await?;
        }
        out.flush().await?;
        Ok(())
    }
}

/// Nothing, after a moment in which a server can refuse a long file by its announced length. Once
/// the file is on its way, a refusal is easily lost in the reset of the connection.
fn hesitate(len: u64) -> impl Stream<Item = std::io::Result<Bytes>> {
    stream::once(async move {
        if len > LONG {
            tokio::time::sleep(MOMENT).await;
        }
        Ok(Bytes::new())
    })
}

fn location(base: &Url, answer: &Response) -> Option<Url> {
    let text = answer.headers().get(LOCATION)?.to_str().ok()?;
    base.join(text).ok()
}

fn may_pass(error: &ClientError) -> bool {
    match error {
        ClientError::Network(_) => true,
        ClientError::Refused { status, .. } => !matches!(status.as_u16(), 401 | 403 | 404),
        _ => false,
    }
}

async fn judge(answer: Response) -> ArtifactAnswer {
    let status = answer.status();
    if status == StatusCode::CREATED {
        return ArtifactAnswer::Stored;
    }
    let words = refusal(answer).await.to_string();
    match status.as_u16() {
        403 | 413 => ArtifactAnswer::Refused(words),
        503 => ArtifactAnswer::Trouble(6, words),
        _ => ArtifactAnswer::Trouble(3, words),
    }
}
