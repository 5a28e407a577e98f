//! The two odd ranges of trace patches (runner protocol §7).

/// `Content-Range` of a trace patch: `<first>-<last>`, zero-based, inclusive, no unit, no total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    /// Offset of the first byte of the body.
    pub first: u64,
    /// Offset of the last byte as the client counts; old clients send one more, so a server goes by
    /// the body's length instead.
    pub last: u64,
}

impl ContentRange {
    /// The range of `len` bytes (at least 1) from `first` on.
    pub fn of(first: u64, len: u64) -> Self {
        Self { first, last: first + len.saturating_sub(1) }
    }

    /// Reads the header's text; `None` if it is not two numbers with a dash.
    pub fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.trim().split_once('-')?;
        Some(Self { first: first.trim().parse().ok()?, last: last.trim().parse().ok()? })
    }
}

impl std::fmt::Display for ContentRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// `Range` of the answer to a trace patch: `0-<length>`. The second number is the stored length,
/// that is the next offset, and not the offset of the last byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredRange(pub u64);

impl StoredRange {
    /// Reads the header's text; `None` if it is not two numbers with a dash.
    pub fn parse(text: &str) -> Option<Self> {
        ContentRange::parse(text).map(|range| Self(range.last))
    }
}

impl std::fmt::Display for StoredRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "0-{}", self.0)
    }
}
