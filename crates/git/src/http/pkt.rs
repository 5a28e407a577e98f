//! The pkt-line framing of git's protocol: four hexadecimal digits of length, then the bytes.

use bytes::{Bytes, BytesMut};

/// `0000`: the end of a section.
pub(super) const FLUSH: &[u8] = b"0000";
/// The longest payload a frame on the side band may carry, its band byte included.
const MAX_BAND: usize = 65_516;

/// One frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// `0000`, or one of the other marks without payload (`0001`, `0002`).
    Mark,
    /// A payload, possibly empty.
    Data(Bytes),
}

/// Takes the next frame from the front of a buffer: `None` when it is not complete yet.
pub(super) fn take(buffer: &mut BytesMut) -> Result<Option<Frame>, BadFrame> {
    let Some(digits) = buffer.first_chunk::<4>() else { return Ok(None) };
    let text = std::str::from_utf8(digits).map_err(|_| BadFrame)?;
    // from_str_radix would take a sign.
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(BadFrame);
    }
    let length = usize::from_str_radix(text, 16).map_err(|_| BadFrame)?;
    match length {
        0..=2 => {
            drop(buffer.split_to(4));
            Ok(Some(Frame::Mark))
        }
        3 => Err(BadFrame),
        _ if buffer.len() < length => Ok(None),
        _ => Ok(Some(Frame::Data(buffer.split_to(length).freeze().slice(4..)))),
    }
}

/// Bytes that are not pkt-lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadFrame;

/// Appends one frame. The payload must fit one; callers cut.
pub(super) fn put(out: &mut BytesMut, payload: &[u8]) {
    out.extend_from_slice(format!("{:04x}", payload.len() + 4).as_bytes());
    out.extend_from_slice(payload);
}

/// Appends a payload on a band of the side band: 1 is the answer, 2 is text for the person.
pub(super) fn put_band(out: &mut BytesMut, band: u8, payload: &[u8]) {
    for piece in payload.chunks(MAX_BAND - 1) {
        out.extend_from_slice(format!("{:04x}", piece.len() + 5).as_bytes());
        out.extend_from_slice(&[band]);
        out.extend_from_slice(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every frame (`None`: a mark), and how it ended.
    type Seen = (Vec<Option<Vec<u8>>>, Result<Option<Frame>, BadFrame>);

    fn all(text: &[u8]) -> Seen {
        let mut buffer = BytesMut::from(text);
        let mut frames = Vec::new();
        loop {
            match take(&mut buffer) {
                Ok(Some(Frame::Mark)) => frames.push(None),
                Ok(Some(Frame::Data(data))) => frames.push(Some(data.to_vec())),
                end => return (frames, end),
            }
        }
    }

    #[test]
    fn frames_are_cut_at_their_length() {
        let (frames, end) = all(b"0006a\n00040000000bfoobar\n00");
        let expected = [Some(b"a\n".to_vec()), Some(vec![]), None, Some(b"foobar\n".to_vec())];
        assert_eq!(frames, expected);
        assert_eq!(end, Ok(None));
    }

    #[test]
    fn nonsense_is_told_apart_from_not_enough() {
        for bad in [&b"+004"[..], b"zzzz", b"0003", b"\xff\xff\xff\xff"] {
            assert_eq!(all(bad).1, Err(BadFrame), "{bad:?}");
        }
        assert_eq!(all(b"00ff").1, Ok(None));
    }

    #[test]
    fn long_messages_are_cut_into_frames() {
        let mut out = BytesMut::new();
        put_band(&mut out, 2, &vec![b'x'; 100_000]);
        let (frames, end) = all(&out);
        assert_eq!(end, Ok(None));
        let sizes: Vec<usize> = frames.into_iter().flatten().map(|frame| frame.len()).collect();
        assert_eq!(sizes, [65_516, 100_000 - 65_515 + 1]);
    }
}
