//! `Content-Encoding: gzip` of requests, undone as the bytes arrive.

use std::io::Write;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use futures::StreamExt;

use super::Input;
use crate::error::{Error, Result};

/// Compressed bytes decoded at a time. Deflate expands at most about a thousandfold, so this bounds
/// what a hostile request can make of one step to 4 MB.
const STEP: usize = 4096;

struct Decoder {
    input: Input,
    /// Compressed bytes not decoded yet.
    pending: Bytes,
    gzip: MultiGzDecoder<Vec<u8>>,
    ended: bool,
}

/// Decodes a stream of gzip members.
pub(super) fn decode(input: Input) -> Input {
    let decoder = Decoder { input, pending: Bytes::new(), gzip: MultiGzDecoder::new(Vec::new()), ended: false };
    futures::stream::try_unfold(decoder, |mut decoder| async {
        let piece = decoder.next().await?;
        Ok(piece.map(|piece| (piece, decoder)))
    })
    .boxed()
}

impl Decoder {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        while !self.ended {
            if self.pending.is_empty() {
                if let Some(piece) = self.input.next().await {
                    self.pending = piece?;
                } else {
                    self.ended = true;
                    self.gzip.try_finish().map_err(broken)?;
                }
            } else {
                let step = self.pending.split_to(self.pending.len().min(STEP));
                self.gzip.write_all(&step).map_err(broken)?;
            }
            let decoded = std::mem::take(self.gzip.get_mut());
            if !decoded.is_empty() {
                return Ok(Some(decoded.into()));
            }
        }
        Ok(None)
    }
}

fn broken(error: std::io::Error) -> Error {
    Error::Protocol(format!("its gzip encoding is broken ({error})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use futures::TryStreamExt;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    async fn decoded(pieces: Vec<Vec<u8>>) -> Result<Vec<u8>> {
        let input = futures::stream::iter(pieces.into_iter().map(|piece| Ok(Bytes::from(piece)))).boxed();
        let parts: Vec<Bytes> = decode(input).try_collect().await?;
        Ok(parts.concat())
    }

    #[tokio::test]
    async fn any_cut_of_the_input_gives_the_same_bytes() {
        let data: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
        let packed = gzip(&data);
        for cut in [1, 7, 5000, packed.len()] {
            let pieces = packed.chunks(cut).map(<[u8]>::to_vec).collect();
            assert_eq!(decoded(pieces).await.unwrap(), data, "cut at {cut}");
        }
    }

    #[tokio::test]
    async fn broken_or_short_input_is_an_error() {
        assert!(decoded(vec![b"not gzip at all".to_vec()]).await.is_err());
        let mut packed = gzip(b"hello hello hello");
        packed.truncate(packed.len() - 4);
        assert!(decoded(vec![packed]).await.is_err());
    }
}
