//! A content type that is safe to show, from the content itself (Jobs API contract §7.4): any text is plain
//! text, whatever it says of itself.

use axum::body::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use pipewright_engine::Result;

/// What is looked at.
const HEAD: usize = 512;
const PLAIN: &str = "text/plain; charset=utf-8";

/// Binary types by their first bytes.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/x-gzip"),
    (b"Rar!\x1a\x07", "application/x-rar-compressed"),
    (b"\0asm", "application/wasm"),
    (b"OggS\0", "application/ogg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"ID3", "audio/mpeg"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
];

/// Looks at the first bytes of a stream and puts them back.
pub(super) async fn stream(content: &mut BoxStream<'static, Result<Bytes>>) -> Result<&'static str> {
    let mut pieces = Vec::new();
    let mut head = Vec::with_capacity(HEAD);
    while head.len() < HEAD {
        let Some(piece) = content.next().await.transpose()? else { break };
        head.extend_from_slice(&piece[..piece.len().min(HEAD - head.len())]);
        pieces.push(Ok(piece));
    }
    let rest = std::mem::replace(content, stream::empty().boxed());
    *content = stream::iter(pieces).chain(rest).boxed();
    Ok(kind(&head))
}

fn kind(head: &[u8]) -> &'static str {
    if let Some((_, kind)) = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)) {
        return kind;
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return "image/webp";
    }
    if head.starts_with(b"\xfe\xff") || head.starts_with(b"\xff\xfe") || head.starts_with(b"\xef\xbb\xbf") {
        return PLAIN;
    }
    let binary = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    if head.iter().any(binary) {
        return "application/octet-stream";
    }
    if is_svg(head) { "image/svg+xml" } else { PLAIN }
}

fn is_svg(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start();
    text.starts_with("<svg") || ((text.starts_with("<?xml") || text.starts_with("<!--")) && text.contains("<svg"))
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn text_is_plain_whatever_it_says_of_itself() {
        let cases: [(&[u8], &str); 7] = [
            (b"<!DOCTYPE html><script>alert(1)</script>", "text/plain; charset=utf-8"),
            (b"{\"a\": 1}", "text/plain; charset=utf-8"),
            (b"", "text/plain; charset=utf-8"),
            (b"\x1b[0Ksection", "text/plain; charset=utf-8"),
            (b"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\">", "image/svg+xml"),
            (b"\x89PNG\r\n\x1a\n\0", "image/png"),
            (b"\0\x01\x02", "application/octet-stream"),
        ];
        for (head, expected) in cases {
            assert_eq!(kind(head), expected, "{head:?}");
        }
    }
}
