//! One file out of an archive, unpacked as it is sent.

use super::directory::{Entry, header_length};
use super::source::Source;
use crate::{Error, Result};
use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};
use futures::stream::{self, BoxStream, StreamExt};

/// Unpacked at a time.
const PIECE: usize = 64 * 1024;

/// A file on its way out of an archive.
pub struct FileBytes {
    /// Its path in the archive.
    pub name: String,
    /// Its bytes once unpacked.
    pub size: u64,
    /// Names the content: digest of the archive, and the path.
    pub etag: String,
    /// The bytes.
    pub stream: BoxStream<'static, Result<Bytes>>,
}

/// Streams an entry of an archive of `size` bytes; `None` where it cannot be read.
pub(crate) async fn read(
    archive: &impl Source,
    size: u64,
    entry: &Entry,
) -> Result<Option<BoxStream<'static, Result<Bytes>>>> {
    if entry.encrypted || entry.offset.saturating_add(30) > size {
        return Ok(None);
    }
    let header = archive.range(entry.offset..entry.offset + 30).await?;
    let Some(skip) = header_length(&header) else { return Ok(None) };
    let start = entry.offset.saturating_add(skip);
    let end = start.saturating_add(entry.packed);
    if end > size {
        return Ok(None);
    }
    if entry.packed == 0 || entry.size == 0 {
        return Ok((entry.size == 0).then(|| stream::empty().boxed()));
    }
    let packed = archive.pieces(start..end).await?;
    match entry.method {
        0 if entry.packed == entry.size => Ok(Some(packed)),
        8 => unpack(packed, entry.size).await,
        _ => Ok(None),
    }
}

struct Unpacking {
    packed: BoxStream<'static, Result<Bytes>>,
    input: Bytes,
    inflate: Decompress,
    /// Bytes still to come. What the directory says is what is sent: a bomb bursts here.
    left: u64,
    /// It was the archive that failed, not its place.
    damaged: bool,
}

/// `None` where not even the beginning unpacks: while the caller can still be told.
async fn unpack(
    packed: BoxStream<'static, Result<Bytes>>,
    size: u64,
) -> Result<Option<BoxStream<'static, Result<Bytes>>>> {
    let inflate = Decompress::new(false);
    let mut state = Unpacking { packed, input: Bytes::new(), inflate, left: size, damaged: false };
    let first = match state.next().await {
        Err(_) if state.damaged => return Ok(None),
        first => first?,
    };
    let rest = stream::try_unfold(state, |mut state| async move {
        let piece = state.next().await?;
        Ok(if piece.is_empty() { None } else { Some((piece, state)) })
    });
    Ok(Some(stream::once(async { Ok(first) }).chain(rest).boxed()))
}

impl Unpacking {
    async fn next(&mut self) -> Result<Bytes> {
        let mut out = Vec::with_capacity(PIECE.min(self.left as usize));
        while out.is_empty() && self.left > 0 {
            if self.input.is_empty() {
                match self.packed.next().await.transpose()? {
                    Some(input) => self.input = input,
                    None => return Err(self.broken()),
                }
            }
            let before = self.inflate.total_in();
            let Ok(status) = self.inflate.decompress_vec(&self.input, &mut out, FlushDecompress::None) else {
                return Err(self.broken());
            };
            let used = (self.inflate.total_in() - before) as usize;
            self.input = self.input.slice(used..);
            out.truncate(self.left as usize);
            if out.is_empty() && (status == Status::StreamEnd || (used == 0 && !self.input.is_empty())) {
                return Err(self.broken());
            }
        }
        self.left -= out.len() as u64;
        Ok(out.into())
    }

    /// Once the answer has begun it is too late to tell the caller otherwise: the connection is cut.
    fn broken(&mut self) -> Error {
        self.damaged = true;
        let text = "an archive's entry is damaged: it unpacks to something else than its directory says";
        Error::Internal(text.to_owned())
    }
}
