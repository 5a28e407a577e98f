//! The header `Range`, for one range of bytes.

use http::{HeaderMap, header};

/// What is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// Everything: nothing else was asked for, or nothing that is understood.
    All,
    /// This part.
    Part(std::ops::Range<u64>),
    /// Nothing of it lies within the file.
    Outside,
}

/// Reads the header for a file of that size and ETag; several ranges at once count as none.
pub(super) fn read(headers: &HeaderMap, size: u64, etag: &str) -> Range {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    // A part of something else is of no use to the caller.
    if text(header::IF_RANGE).is_some_and(|known| known.trim() != etag) {
        return Range::All;
    }
    text(header::RANGE).and_then(|range| parse(range, size)).unwrap_or(Range::All)
}

fn parse(range: &str, size: u64) -> Option<Range> {
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    let part = if first.is_empty() {
        let length: u64 = last.parse().ok()?;
        if length == 0 { size..size } else { size.saturating_sub(length)..size }
    } else {
        let first: u64 = first.parse().ok()?;
        if first >= size {
            return Some(Range::Outside);
        }
        let end = if last.is_empty() { size } else { last.parse::<u64>().ok()?.checked_add(1)? };
        if end <= first {
            return None;
        }
        first..end.min(size)
    };
    Some(if part.start >= size { Range::Outside } else { Range::Part(part) })
}

#[cfg(test)]
mod tests {
    use super::{Range, parse};

    #[test]
    fn one_range_is_cut_to_the_file() {
        assert_eq!(parse("bytes=0-9", 100), Some(Range::Part(0..10)));
        assert_eq!(parse("bytes=90-200", 100), Some(Range::Part(90..100)));
        assert_eq!(parse("bytes=-5", 100), Some(Range::Part(95..100)));
        assert_eq!(parse("bytes=7-", 100), Some(Range::Part(7..100)));
        assert_eq!(parse("bytes=100-", 100), Some(Range::Outside));
        assert_eq!(parse("bytes=999-", 100), Some(Range::Outside));
        assert_eq!(parse("bytes=-0", 100), Some(Range::Outside));
        for nonsense in ["bytes=5-2", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b", "bytes=-"] {
            assert_eq!(parse(nonsense, 100), None, "{nonsense}");
        }
    }
}
