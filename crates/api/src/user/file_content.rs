//! Content of files inside JSON and forms.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

/// The bytes a client means: its text as it is, or decoded where it says `base64`.
pub(super) fn content(text: &str, encoding: Option<&str>) -> Result<Bytes, &'static str> {
    if encoding != Some("base64") {
        return Ok(Bytes::from(text.to_owned()));
    }
    // Encoders of several languages break lines.
    let plain: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(plain).map(Bytes::from).map_err(|_| "is not valid base64")
}

#[cfg(test)]
mod tests {
    use super::content;

    #[test]
    fn base64_may_have_lines() {
        assert_eq!(content("aGVs\nbG8=\n", Some("base64")).unwrap(), "hello");
        assert_eq!(content("aGVs", Some("text")).unwrap(), "aGVs");
        assert!(content("!", Some("base64")).is_err());
    }
}
