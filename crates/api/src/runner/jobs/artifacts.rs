//! `POST` and `GET /jobs/:id/artifacts` (runner protocol §8).

use super::{call, over, plain};
use axum::body::Body;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, Request, State};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use multer::{Constraints, Field, Multipart, SizeLimit};
use pipewright_engine::jobs::artifacts::{Ticket, Uploaded};
use pipewright_engine::jobs::runner_calls::Met;
use pipewright_engine::{Engine, Error};
use pipewright_http_kit::{Answer, ApiError, percent};
use pipewright_wire::runner::ArtifactUpload;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Longest text part beside the file, bytes.
const FIELD_BYTES: u64 = 64 << 10;
/// Most bytes before a part's content begins. Pieces of a body as they come are far smaller.
const HEAD_BYTES: usize = 2 << 20;
/// Most parts of a form; clients send five.
const PARTS: usize = 32;

/// Internal between GitLab's own front end and its application: no client calls it.
pub(super) async fn authorize() -> Answer {
    Err(Error::forbidden().into())
}

/// What a form brought.
#[derive(Default)]
struct Form {
    fields: ArtifactUpload,
    file: Option<(Uploaded, Option<String>)>,
}

pub(super) async fn upload(
    State(engine): State<Engine>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Answer {
    let mut response = store(&engine, &id, query.as_deref(), request).await.unwrap_or_else(IntoResponse::into_response);
    if !response.status().is_success() {
        // Most refusals come before the file was read, and its rest never is: the connection cannot go on.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

async fn store(engine: &Engine, id: &str, query: Option<&str>, request: Request) -> Answer {
    let id = call::job_id(id)?;
    let mut form = Form::default();
    for (name, value) in pairs(query.unwrap_or_default()) {
        form.fields.set(&name, value);
    }
    let (parts, body) = request.into_parts();
    let token = call::job_token(&parts.headers, form.fields.token.as_deref())?.to_owned();
    let ticket = match engine.begin_upload(id, &token).await? {
        Met::Running(ticket) => ticket,
        Met::Over(status) => return Ok(over(status)),
    };
    if let Err(error) = read(engine, &ticket, &parts.headers, body, &mut form).await {
        if let Some((uploaded, _)) = form.file {
            engine.discard_upload(uploaded).await;
        }
        return Err(error);
    }
    let Some((uploaded, filename)) = form.file else {
        return Err(ApiError::Params("file is missing".to_owned()));
    };
    match engine.finish_upload(&ticket, uploaded, filename.as_deref(), &form.fields).await? {
        Met::Running(()) => Ok(plain(StatusCode::CREATED)),
        Met::Over(status) => Ok(over(status)),
    }
}

/// Reads the form part by part; the file goes to its place as it comes. Fields may come after it (trap 34).
async fn read(
    engine: &Engine,
    ticket: &Ticket,
    headers: &HeaderMap,
    body: Body,
    form: &mut Form,
) -> Result<(), ApiError> {
    let content_type = call::header(headers, "content-type").unwrap_or_default();
    let boundary = multer::parse_boundary(content_type)
        .map_err(|_| ApiError::Params("the body is not a multipart form".to_owned()))?;
    let limits = SizeLimit::new().per_field(u64::MAX).whole_stream(u64::MAX);
    let heads = Heads::default();
    let stream = heads.watch(body.into_data_stream());
    let mut multipart = Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(limits));
    for _ in 0..PARTS {
        heads.begin();
        let part = multipart.next_field().await.map_err(broken)?;
        heads.end();
        let Some(part) = part else { return Ok(()) };
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" && form.file.is_none() {
            let filename = part.file_name().map(ToOwned::to_owned);
            form.file = Some((engine.upload(ticket, part).await?, filename));
        } else {
            form.fields.set(&name, text(part).await?);
        }
    }
    Err(ApiError::Params("the form has too many parts".to_owned()))
}

async fn text(mut part: Field<'_>) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 > FIELD_BYTES {
            return Err(Error::TooLarge("a field of the form is too long".to_owned()).into());
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Bounds what is read, and held in memory, before a part begins: the parser itself bounds parts only.
#[derive(Clone, Default)]
struct Heads(Arc<AtomicUsize>);

impl Heads {
    /// A part's head is about to be read.
    fn begin(&self) {
        self.0.store(HEAD_BYTES, Ordering::Relaxed);
    }

    /// It was.
    fn end(&self) {
        self.0.store(usize::MAX, Ordering::Relaxed);
    }

    fn watch(
        &self,
        body: impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static,
    ) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static {
        let left = Arc::clone(&self.0);
        body.map(move |piece| {
            let piece = piece?;
            let before = left.load(Ordering::Relaxed);
            if piece.len() > before {
                return Err(axum::Error::new("a part of the form has too long a head"));
            }
            if before != usize::MAX {
                left.store(before - piece.len(), Ordering::Relaxed);
            }
            Ok(piece)
        })
    }
}

fn broken(error: multer::Error) -> ApiError {
    let why = match &error {
        multer::Error::StreamReadFailed(why) => why.to_string(),
        other => other.to_string(),
    };
    ApiError::Params(format!("the form cannot be read: {why}"))
}

/// The pairs of a query, decoded.
fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| String::from_utf8_lossy(&percent::decode(text, true)).into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

pub(super) async fn download(
    State(engine): State<Engine>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    sent: HeaderMap,
) -> Answer {
    let fields = pairs(query.as_deref().unwrap_or_default());
    let field = fields.iter().find(|(name, _)| name == "token" || name == "job_token");
    let token = call::header(&sent, pipewright_wire::runner::headers::JOB_TOKEN)
        .or_else(|| field.map(|(_, value)| value.as_str()))
        .ok_or(Error::Unauthorized)?;
    let id = id.parse().map(pipewright_model::JobId).map_err(|_| Error::file())?;
    let archive = engine.archive_for_job(id, token).await?;
    let stream = archive.stream.map(|piece| piece.map_err(|error| std::io::Error::other(error.to_string())));
    let mut response = Response::new(Body::from_stream(stream));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(archive.size));
    let safe: String = archive.filename.chars().filter(|c| c.is_ascii_graphic() && !"\"\\".contains(*c)).collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{safe}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
