//! Wipes secrets out of a stream of bytes, however the stream is cut into reads.

/// What a wiped part reads as.
const MASK: &[u8] = b"[MASKED]";

/// Beginnings of tokens that are wiped whatever their value (runner protocol §2.1).
const TOKEN_PREFIXES: [&str; 12] = [
    "glpat-", "gloas-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "glsoat-",
    "glffct-",
];

/// A filter that holds back only bytes which may still turn out to begin a secret.
#[derive(Debug)]
pub(crate) struct Masker {
    secrets: Vec<Vec<u8>>,
    prefixes: Vec<Vec<u8>>,
    /// Whether a secret or a prefix begins with the byte.
    starts: [bool; 256],
    /// Read but not decided.
    held: Vec<u8>,
    /// Bytes to come that belong to a secret already wiped.
    covered: usize,
    token: Token,
}

/// Where the filter is in a word with a token's prefix.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Token {
    Outside,
    AfterPrefix,
    Wiping,
}

/// What is known of the bytes at one place.
enum Look {
    /// A longer match needs more bytes than there are.
    Undecided,
    Secret(usize),
    Prefix(usize),
    Nothing,
}

impl Masker {
    /// A filter for these values and token prefixes, beside the well-known prefixes.
    pub(crate) fn new(secrets: Vec<Vec<u8>>, prefixes: &[String]) -> Self {
        let mut all: Vec<Vec<u8>> = prefixes.iter().map(|text| text.clone().into_bytes()).collect();
        all.extend(TOKEN_PREFIXES.iter().map(|text| text.as_bytes().to_vec()));
        all.retain(|prefix| !prefix.is_empty());
        let secrets: Vec<Vec<u8>> = secrets.into_iter().filter(|s| !s.is_empty()).collect();
        let mut starts = [false; 256];
        for word in secrets.iter().chain(&all) {
            starts[usize::from(word[0])] = true;
        }
        Self { secrets, prefixes: all, starts, held: Vec::new(), covered: 0, token: Token::Outside }
    }

    /// Takes more bytes and returns what is safe to show.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.held);
        let mut shown = Vec::with_capacity(held.len());
        let rest = self.scan(&held, false, &mut shown);
        self.held = held[rest..].to_vec();
        shown
    }

    /// Ends the stream: what was held back is no secret.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let held = std::mem::take(&mut self.held);
        let mut shown = Vec::with_capacity(held.len());
        self.scan(&held, true, &mut shown);
        shown
    }

    /// Goes through `bytes`; returns the place where it had to stop.
    fn scan(&mut self, bytes: &[u8], last: bool, shown: &mut Vec<u8>) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            match self.look(&bytes[at..], last) {
                Look::Undecided => return at,
                Look::Secret(len) => {
                    if self.covered == 0 && self.token != Token::Wiping {
                        shown.extend_from_slice(MASK);
                    }
                    self.covered = self.covered.max(len);
                    self.token = Token::Outside;
                }
                Look::Prefix(len) if self.covered == 0 && self.token == Token::Outside => {
                    shown.extend_from_slice(&bytes[at..at + len]);
                    self.token = Token::AfterPrefix;
                    at += len;
                    continue;
                }
                Look::Prefix(_) | Look::Nothing => self.show(bytes[at], shown),
            }
            self.covered = self.covered.saturating_sub(1);
            at += 1;
        }
        at
    }

    /// Passes on one byte that begins nothing.
    fn show(&mut self, byte: u8, shown: &mut Vec<u8>) {
        if self.covered > 0 {
            return;
        }
        let in_word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'=');
        match self.token {
            Token::Outside => shown.push(byte),
            Token::AfterPrefix if in_word => {
                shown.extend_from_slice(MASK);
                self.token = Token::Wiping;
            }
            Token::Wiping if in_word => {}
            Token::AfterPrefix | Token::Wiping => {
                self.token = Token::Outside;
                shown.push(byte);
            }
        }
    }

    fn look(&self, rest: &[u8], last: bool) -> Look {
        if !self.starts[usize::from(rest[0])] {
            return Look::Nothing;
        }
        let mut words = self.secrets.iter().chain(&self.prefixes);
        if !last && words.any(|word| word.len() > rest.len() && word.starts_with(rest)) {
            return Look::Undecided;
        }
        let longest = |words: &[Vec<u8>]| {
            let found = words.iter().filter(|word| rest.starts_with(word));
            found.map(Vec::len).max()
        };
        if let Some(len) = longest(&self.secrets) {
            return Look::Secret(len);
        }
        longest(&self.prefixes).map_or(Look::Nothing, Look::Prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::Masker;

    fn masked(secrets: &[&str], parts: &[&str]) -> String {
        let secrets = secrets.iter().map(|s| s.as_bytes().to_vec()).collect();
        let mut masker = Masker::new(secrets, &["acme-".to_owned()]);
        let mut out = Vec::new();
        for part in parts {
            out.extend(masker.write(part.as_bytes()));
        }
        out.extend(masker.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_value_is_wiped_wherever_the_stream_is_cut() {
        let text = "before hunter2hunter2 after hunter2";
        for cut in 0..text.len() {
            let (left, right) = text.split_at(cut);
            let out = masked(&["hunter2hunter2"], &[left, right]);
            assert_eq!(out, "before [MASKED] after hunter2", "cut at {cut}");
        }
    }

    #[test]
    fn overlapping_values_leave_no_rest() {
        assert_eq!(masked(&["abcd", "cdef"], &["xabcdefx"]), "x[MASKED]x");
        assert_eq!(masked(&["abc", "abcdef"], &["abcdef abc"]), "[MASKED] [MASKED]");
    }

    #[test]
    fn words_with_a_token_prefix_lose_what_follows() {
        let text = "a glpat-Ab_c-1.x, acme-zz glpat- end";
        let want = "a glpat-[MASKED], acme-[MASKED] glpat- end";
        for cut in 0..text.len() {
            let (left, right) = text.split_at(cut);
            assert_eq!(masked(&[], &[left, right]), want, "cut at {cut}");
        }
    }

    #[test]
    fn bytes_that_begin_no_secret_are_not_held_back() {
        let mut masker = Masker::new(vec![b"secret".to_vec()], &[]);
        assert_eq!(masker.write(b"see"), b"see");
        assert_eq!(masker.write(b" se"), b" ");
        assert_eq!(masker.write(b"a"), b"sea");
    }
}
