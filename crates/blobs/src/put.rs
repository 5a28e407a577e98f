//! Storing: a stream in, a size and a checksum out.

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;

use crate::Blobs;
use crate::error::{BoxError, Error, Result};
use crate::key;

/// What was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

impl Blobs {
    /// Stores a stream under a fresh key; returns when the bytes are safe.
    ///
    /// Past `limit` bytes the answer is [`Error::TooLarge`]; an error of the stream itself is
    /// [`Error::Input`]. In both cases, and when the future is dropped, nothing is left behind.
    pub async fn put_stream<S, E>(&self, key: &str, body: S, limit: Option<u64>) -> Result<Stored>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Into<BoxError>,
    {
        let path = key::parse(key)?;
        let mut intake = Intake::new(Box::pin(body), limit);
        let first = intake.chunk(self.chunk).await?;
        if intake.ended {
            // Small enough for one request; still staged, synced and renamed in a folder.
            self.store.put(&path, PutPayload::from_iter(first)).await.map_err(|error| self.error(key, error))?;
        } else {
            self.put_parts(key, &path, first, &mut intake).await?;
        }
        Ok(intake.stored())
    }

    /// Stores bytes that are in memory already; otherwise as [`Blobs::put_stream`].
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<Stored> {
        let body = futures::stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
        self.put_stream(key, body, None).await
    }

    async fn put_parts<S, E>(&self, key: &str, path: &Path, first: Vec<Bytes>, intake: &mut Intake<S>) -> Result<()>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Into<BoxError>,
    {
        let upload = self.store.put_multipart(path).await.map_err(|error| self.error(key, error))?;
        let mut upload = Upload { inner: Some(upload), part: None };
        let sent = upload.send_all(first, intake, self.chunk).await;
        match sent {
            Ok(()) => upload.complete().await.map_err(|error| self.error(key, error)),
            Err(Failure::Input(error)) => {
                upload.abort().await;
                Err(error)
            }
            Err(Failure::Store(error)) => {
                upload.abort().await;
                Err(self.error(key, error))
            }
        }
    }

    pub(crate) fn error(&self, key: &str, error: object_store::Error) -> Error {
        Error::from_store(&self.name, key, error)
    }
}

/// The incoming bytes: counted, limited, hashed and cut into chunks.
struct Intake<S> {
    body: S,
    limit: u64,
    limited: bool,
    size: u64,
    hash: Sha256,
    /// What did not fit into the last chunk.
    rest: Bytes,
    ended: bool,
}

impl<S, E> Intake<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<BoxError>,
{
    fn new(body: S, limit: Option<u64>) -> Self {
        Self {
            body,
            limit: limit.unwrap_or(u64::MAX),
            limited: limit.is_some(),
            size: 0,
            hash: Sha256::new(),
            rest: Bytes::new(),
            ended: false,
        }
    }

    /// Gathers `want` bytes, fewer only at the end. Small pieces are joined, so that a client that
    /// sends byte by byte does not cost a reference count per byte.
    async fn chunk(&mut self, want: usize) -> Result<Vec<Bytes>> {
        const JOINED: usize = 64 * 1024;
        let mut pieces = Vec::new();
        let mut small = BytesMut::new();
        let mut have = 0;
        while have < want {
            let Some(mut piece) = self.next().await? else { break };
            if piece.len() > want - have {
                self.rest = piece.split_off(want - have);
            }
            have += piece.len();
            if piece.len() >= JOINED {
                flush(&mut small, &mut pieces);
                pieces.push(piece);
            } else {
                small.extend_from_slice(&piece);
            }
        }
        flush(&mut small, &mut pieces);
        Ok(pieces)
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        if !self.rest.is_empty() {
            return Ok(Some(std::mem::take(&mut self.rest)));
        }
        if self.ended {
            return Ok(None);
        }
        let Some(piece) = self.body.next().await else {
            self.ended = true;
            return Ok(None);
        };
        let piece = piece.map_err(|error| Error::Input(error.into()))?;
        self.size += piece.len() as u64;
        if self.limited && self.size > self.limit {
            return Err(Error::TooLarge { limit: self.limit });
        }
        self.hash.update(&piece);
        Ok(Some(piece))
    }

    fn stored(self) -> Stored {
        Stored { size: self.size, sha256: hex::encode(self.hash.finalize()) }
    }
}

fn flush(small: &mut BytesMut, pieces: &mut Vec<Bytes>) {
    if !small.is_empty() {
        pieces.push(small.split().freeze());
    }
}

enum Failure {
    Input(Error),
    Store(object_store::Error),
}

/// An upload in parts that is aborted unless it was completed, even when it is only dropped.
struct Upload {
    inner: Option<Box<dyn MultipartUpload>>,
    /// The part on its way while the next one is gathered.
    part: Option<JoinHandle<object_store::Result<()>>>,
}

impl Upload {
    async fn send_all<S, E>(&mut self, first: Vec<Bytes>, intake: &mut Intake<S>, chunk: usize) -> Result<(), Failure>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Into<BoxError>,
    {
        let mut pieces = first;
        while !pieces.is_empty() {
            self.send(pieces).await.map_err(Failure::Store)?;
            pieces = intake.chunk(chunk).await.map_err(Failure::Input)?;
        }
        self.settle().await.map_err(Failure::Store)
    }

    async fn send(&mut self, pieces: Vec<Bytes>) -> object_store::Result<()> {
        self.settle().await?;
        if let Some(upload) = &mut self.inner {
            self.part = Some(tokio::spawn(upload.put_part(PutPayload::from_iter(pieces))));
        }
        Ok(())
    }

    /// Waits for the part on its way.
    async fn settle(&mut self) -> object_store::Result<()> {
        if let Some(part) = &mut self.part {
            let result = part.await;
            self.part = None;
            result??;
        }
        Ok(())
    }

    async fn complete(mut self) -> object_store::Result<()> {
        let Some(upload) = &mut self.inner else { return Ok(()) };
        match upload.complete().await {
            Ok(_) => {
                self.inner = None;
                Ok(())
            }
            Err(error) => {
                self.abort().await;
                Err(error)
            }
        }
    }

    async fn abort(mut self) {
        let part = self.part.take();
        if let Some(upload) = self.inner.take() {
            abandon(upload, part).await;
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(upload) = self.inner.take() else { return };
        let part = self.part.take();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(abandon(upload, part));
        }
    }
}

/// Gives an upload up: first the part on its way, for S3 would keep a part that comes after.
async fn abandon(mut upload: Box<dyn MultipartUpload>, part: Option<JoinHandle<object_store::Result<()>>>) {
    if let Some(part) = part {
        part.abort();
        drop(part.await);
    }
    if let Err(error) = upload.abort().await {
        tracing::warn!(%error, "an abandoned upload could not be removed; it takes up space");
    }
}
