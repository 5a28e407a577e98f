//! Replaces what is not UTF-8 in a stream, without cutting characters that straddle two reads.

/// Keeps the beginning of a character until the rest arrives.
#[derive(Debug, Default)]
pub(crate) struct Utf8Stream {
    held: Vec<u8>,
}

impl Utf8Stream {
    /// Takes more bytes and returns the whole characters so far.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut input = std::mem::take(&mut self.held);
        input.extend_from_slice(bytes);
        let mut out = Vec::with_capacity(input.len());
        for chunk in input.utf8_chunks() {
            // A broken character in front is followed by this chunk; only the last may still grow.
            out.extend_from_slice(&self.finish());
            out.extend_from_slice(chunk.valid().as_bytes());
            self.held = chunk.invalid().to_vec();
        }
        if std::str::from_utf8(&self.held).is_err_and(|error| error.error_len().is_some()) {
            out.extend_from_slice(&self.finish());
        }
        out
    }

    /// Ends the stream; a character that never came whole is replaced.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let held = std::mem::take(&mut self.held);
        String::from_utf8_lossy(&held).into_owned().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::Utf8Stream;

    #[test]
    fn characters_cut_in_two_stay_whole_and_rubbish_is_replaced() {
        let text = "aé€😀z".as_bytes();
        for cut in 0..text.len() {
            let mut stream = Utf8Stream::default();
            let mut out = stream.write(&text[..cut]);
            out.extend(stream.write(&text[cut..]));
            out.extend(stream.finish());
            assert_eq!(out, text);
        }
        let mut stream = Utf8Stream::default();
        assert_eq!(stream.write(b"a\xffb"), "a\u{fffd}b".as_bytes());
        assert_eq!(stream.write(b"\xe2\x82"), b"");
        assert_eq!(stream.write(b"x"), "\u{fffd}x".as_bytes());
        assert_eq!(stream.write(b"\xe2"), b"");
        assert_eq!(stream.finish(), "\u{fffd}".as_bytes());
    }
}
