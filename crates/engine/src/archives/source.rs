//! Where an archive's bytes are.

use crate::{Error, Result};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use pipewright_blobs::Blobs;
use std::ops::Range;

/// Bytes that can be read in part.
pub(crate) trait Source: Sync {
    /// These bytes, all of them.
    fn range(&self, range: Range<u64>) -> impl Future<Output = Result<Bytes>> + Send;

    /// The same, in pieces.
    fn pieces(&self, range: Range<u64>) -> impl Future<Output = Result<BoxStream<'static, Result<Bytes>>>> + Send;
}

/// A stored archive.
pub(crate) struct Stored<'a> {
    pub(crate) blobs: &'a Blobs,
    pub(crate) key: &'a str,
}

impl Source for Stored<'_> {
    async fn range(&self, range: Range<u64>) -> Result<Bytes> {
        Ok(self.blobs.get_range(self.key, range).await?)
    }

    async fn pieces(&self, range: Range<u64>) -> Result<BoxStream<'static, Result<Bytes>>> {
        let content = self.blobs.get_stream(self.key, Some(range)).await?;
        Ok(content.stream.map(|piece| piece.map_err(Error::from)).boxed())
    }
}

/// An archive in memory.
impl Source for Bytes {
    async fn range(&self, range: Range<u64>) -> Result<Bytes> {
        let inside = range.start <= range.end && range.end <= self.len() as u64;
        let outside = || Error::Internal(format!("{range:?} is not within {} bytes", self.len()));
        if inside { Ok(self.slice(range.start as usize..range.end as usize)) } else { Err(outside()) }
    }

    async fn pieces(&self, range: Range<u64>) -> Result<BoxStream<'static, Result<Bytes>>> {
        let bytes = self.range(range).await?;
        Ok(stream::iter([Ok(bytes)]).boxed())
    }
}
