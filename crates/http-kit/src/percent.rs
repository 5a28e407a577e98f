//! Percent-encoding, both ways.

/// Undoes `%xx`; in a query or form `+` is a space too. A `%` that begins no escape stands for itself.
pub fn decode(text: &str, plus_is_space: bool) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = if byte == b'%' { bytes.get(at + 1..at + 3).and_then(two_digits) } else { None };
        match escape {
            Some(value) => {
                out.push(value);
                at += 3;
                continue;
            }
            None if byte == b'+' && plus_is_space => out.push(b' '),
            None => out.push(byte),
        }
        at += 1;
    }
    out
}

fn two_digits(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(digits[0])? * 16 + digit(digits[1])?) as u8)
}

/// Encodes a key or value of a query as GitLab's links do: a space is `+`, and letters, digits, `-`, `_`
/// and `.` stand for themselves.
pub fn encode(text: &str, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.push(char::from(DIGITS[usize::from(byte >> 4)]));
                out.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn what_is_no_escape_stands_for_itself() {
        assert_eq!(decode("a%2Fb+c%", true), b"a/b c%");
        assert_eq!(decode("100%zz+%f", false), b"100%zz+%f");
    }

    #[test]
    fn brackets_and_slashes_are_encoded() {
        let mut out = String::new();
        encode("scope[] a/b~", &mut out);
        assert_eq!(out, "scope%5B%5D+a%2Fb%7E");
    }
}
