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
    /// Whether a secret begins with the byte.
    starts: [bool; 256],
    /// Whether a prefix ends with the byte.
    ends: [bool; 256],
    /// Read but not decided.
    held: Vec<u8>,
    /// Bytes to come that belong to a secret already wiped.
    covered: usize,
    /// The last bytes shown, as many as the longest prefix has.
    tail: Vec<u8>,
    longest: usize,
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
    Nothing,
}

impl Masker {
    /// A filter for these values and token prefixes, beside the well-known prefixes.
    pub(crate) fn new(mut secrets: Vec<Vec<u8>>, prefixes: &[String]) -> Self {
        let given = prefixes.iter().map(|text| text.clone().into_bytes());
        let known = TOKEN_PREFIXES.iter().map(|text| text.as_bytes().to_vec());
        let prefixes: Vec<Vec<u8>> = given.chain(known).filter(|prefix| !prefix.is_empty()).collect();
        // The prefix alone gives these away, and wiping by prefix need not hold anything back.
        let by_prefix = |secret: &[u8]| {
            prefixes.iter().any(|prefix| {
                secret.strip_prefix(prefix.as_slice()).is_some_and(|rest| rest.iter().copied().all(is_token_byte))
            })
        };
        secrets.retain(|secret| !secret.is_empty() && !by_prefix(secret));
        let (mut starts, mut ends) = ([false; 256], [false; 256]);
        for secret in &secrets {
            starts[usize::from(secret[0])] = true;
        }
        for byte in prefixes.iter().filter_map(|prefix| prefix.last()) {
            ends[usize::from(*byte)] = true;
        }
        let longest = prefixes.iter().map(Vec::len).max().unwrap_or(0);
        Self {
            secrets,
            prefixes,
            starts,
            ends,
            held: Vec::new(),
            covered: 0,
            tail: Vec::new(),
            longest,
            token: Token::Outside,
        }
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
        for at in 0..bytes.len() {
            match self.look(&bytes[at..], last) {
                Look::Undecided => return at,
                Look::Secret(len) => {
                    if self.covered == 0 && self.token != Token::Wiping {
                        shown.extend_from_slice(MASK);
                    }
                    self.covered = self.covered.max(len);
                    self.token = Token::Outside;
                    self.tail.clear();
                }
                Look::Nothing if self.covered == 0 => self.pass(bytes[at], shown),
                Look::Nothing => {}
            }
            self.covered = self.covered.saturating_sub(1);
        }
        bytes.len()
    }

    /// Passes on one byte that begins no secret, unless it belongs to a token.
    fn pass(&mut self, byte: u8, shown: &mut Vec<u8>) {
        match self.token {
            Token::Wiping if is_token_byte(byte) => return,
            Token::AfterPrefix if is_token_byte(byte) => {
                shown.extend_from_slice(MASK);
                self.token = Token::Wiping;
                return;
            }
            _ => self.token = Token::Outside,
        }
        shown.push(byte);
        if self.tail.len() >= 2 * self.longest {
            self.tail.drain(..self.longest);
        }
        self.tail.push(byte);
        if self.ends[usize::from(byte)] && self.prefixes.iter().any(|prefix| self.tail.ends_with(prefix)) {
            self.token = Token::AfterPrefix;
            self.tail.clear();
        }
    }

    fn look(&self, rest: &[u8], last: bool) -> Look {
        if !self.starts[usize::from(rest[0])] {
            return Look::Nothing;
        }
        let grows = |secret: &Vec<u8>| secret.len() > rest.len() && secret.starts_with(rest);
        if !last && self.secrets.iter().any(grows) {
            return Look::Undecided;
        }
        let found = self.secrets.iter().filter(|secret| rest.starts_with(secret));
        found.map(Vec::len).max().map_or(Look::Nothing, Look::Secret)
    }
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'=')
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
        let mut masker = Masker::new(vec![b"glcbt-1f_x".to_vec()], &[]);
        assert_eq!(masker.write(b"Testing"), b"Testing");
        assert_eq!(masker.write(b" glcbt-1f_x."), b" glcbt-[MASKED]");
    }
}
