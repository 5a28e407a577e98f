//! Reading: whole, a range, or only the size.

use std::fmt;
use std::io::{Seek, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::{GetOptions, GetResult, GetResultPayload, ObjectStore, ObjectStoreExt};
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use crate::Blobs;
use crate::error::{Error, Result};
use crate::key;

/// Read at a time from the local disk.
const READ_AHEAD: usize = 256 * 1024;

/// Bytes on their way out.
pub struct Content {
    /// The size of the whole blob in bytes.
    pub size: u64,
    /// Which bytes of it follow.
    pub range: Range<u64>,
    /// The bytes, in chunks of the store's choosing. A stream that ends early ends with an error.
    pub stream: BoxStream<'static, Result<Bytes>>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("size", &self.size).field("range", &self.range).finish_non_exhaustive()
    }
}

impl Blobs {
    /// Streams a blob, or the part of it that `range` names.
    ///
    /// A range that ends past the end is cut there; one that begins at or past the end, or is
    /// empty, is [`Error::OutOfRange`].
    pub async fn get_stream(&self, key: &str, range: Option<Range<u64>>) -> Result<Content> {
        let path = key::parse(key)?;
        if let Some(range) = &range
            && range.is_empty()
        {
            return Err(self.out_of_range(key).await);
        }
        let options = GetOptions { range: range.clone().map(Into::into), ..GetOptions::default() };
        match self.store.get_opts(&path, options).await {
            Ok(found) => self.content(key, found),
            Err(error @ object_store::Error::NotFound { .. }) => Err(self.error(key, error)),
            Err(error) => match (range, self.size(key).await) {
                (Some(range), Ok(size)) if range.start >= size => Err(Error::OutOfRange { key: key.to_owned(), size }),
                _ => Err(self.error(key, error)),
            },
        }
    }

    /// Reads part of a blob into memory: the directory of an archive, one entry of it.
    ///
    /// Exactly the range is returned, or [`Error::OutOfRange`].
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        let content = self.get_stream(key, Some(range.clone())).await?;
        if content.range != range {
            return Err(Error::OutOfRange { key: key.to_owned(), size: content.size });
        }
        let mut bytes = Vec::with_capacity((range.end - range.start) as usize);
        let mut stream = content.stream;
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece?);
        }
        Ok(bytes.into())
    }

    /// How many bytes are stored under the key.
    pub async fn size(&self, key: &str) -> Result<u64> {
        let path = key::parse(key)?;
        match self.store.head(&path).await {
            Ok(meta) => Ok(meta.size),
            Err(error) => Err(self.error(key, error)),
        }
    }

    /// Asks the store for a sign of life: the folder is there, or the bucket answers and the
    /// credentials are good.
    pub async fn check(&self) -> Result<()> {
        if let Some(folder) = &self.folder {
            return match tokio::fs::metadata(folder).await {
                Ok(_) => Ok(()),
                Err(error) => Err(Error::from_io(&self.name, error)),
            };
        }
        match self.store.list(None).next().await {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(self.error("", error)),
        }
    }

    async fn out_of_range(&self, key: &str) -> Error {
        match self.size(key).await {
            Ok(size) => Error::OutOfRange { key: key.to_owned(), size },
            Err(error) => error,
        }
    }

    fn content(&self, key: &str, found: GetResult) -> Result<Content> {
        let (size, range) = (found.meta.size, found.range.clone());
        let blobs = self.clone();
        let stream = match found.payload {
            // The store's own stream reads files 8 kB at a time, a thread hop each.
            GetResultPayload::File(mut file, _) => {
                file.seek(SeekFrom::Start(range.start)).map_err(|error| Error::from_io(&self.name, error))?;
                let file = tokio::fs::File::from_std(file).take(range.end - range.start);
                ReaderStream::with_capacity(file, READ_AHEAD)
                    .map(move |piece| piece.map_err(|error| Error::from_io(&blobs.name, error)))
                    .boxed()
            }
            GetResultPayload::Stream(stream) => {
                let key = key.to_owned();
                stream.map(move |piece| piece.map_err(|error| blobs.error(&key, error))).boxed()
            }
        };
        let stream = whole(stream, range.end - range.start, self.name.to_string());
        Ok(Content { size, range, stream })
    }
}

/// Ends a stream that stops short with an error, so that nobody takes a part for the whole.
fn whole(stream: BoxStream<'static, Result<Bytes>>, want: u64, place: String) -> BoxStream<'static, Result<Bytes>> {
    let state = (stream, want, place);
    futures::stream::try_unfold(state, |(mut stream, left, place)| async move {
        match stream.next().await {
            Some(piece) => {
                let piece = piece?;
                let left = left.saturating_sub(piece.len() as u64);
                Ok(Some((piece, (stream, left, place))))
            }
            None if left == 0 => Ok(None),
            None => {
                let early = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
                Err(Error::from_io(&place, early))
            }
        }
    })
    .boxed()
}
