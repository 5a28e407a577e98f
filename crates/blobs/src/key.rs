//! Which keys are accepted, before any of them becomes a file name or an address.

use object_store::path::Path;

use crate::error::{Error, Result};

/// S3 allows 1024 bytes; the rest is left for the bucket's prefix.
const MAX_BYTES: usize = 512;

/// Checks a key: parts of letters, digits, `.`, `_` and `-`, joined by single slashes.
///
/// That is narrower than either store needs, so that no key means two things and none leaves the
/// folder. `#` is out because the local store names its staged files with it.
pub(crate) fn parse(key: &str) -> Result<Path> {
    match problem(key) {
        Some(reason) => Err(Error::BadKey { key: key.to_owned(), reason }),
        None => Ok(Path::from(key)),
    }
}

fn problem(key: &str) -> Option<&'static str> {
    let allowed = |c: u8| c.is_ascii_alphanumeric() || b"._-/".contains(&c);
    if key.is_empty() {
        Some("it is empty")
    } else if key.len() > MAX_BYTES {
        Some("it is longer than 512 bytes")
    } else if !key.bytes().all(allowed) {
        Some("only letters, digits, '.', '_', '-' and '/' may be in it")
    } else if key.split('/').any(str::is_empty) {
        Some("it has an empty part")
    } else if key.split('/').any(|part| part == "." || part == "..") {
        Some("'.' and '..' are not names")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_keys_are_accepted() {
        for key in ["a", "artifacts/12/ab-c_d.zip", "traces/1/2/3.log"] {
            assert_eq!(parse(key).map(|path| path.to_string()).ok().as_deref(), Some(key));
        }
    }

    #[test]
    fn keys_that_leave_the_folder_or_mean_two_things_are_refused() {
        let long = "a".repeat(513);
        for key in ["", "/a", "a/", "a//b", "../a", "a/./b", "a b", "a#1", "a\0", "é", "a\\b", &long] {
            assert!(matches!(parse(key), Err(Error::BadKey { .. })), "{key:?} was accepted");
        }
    }
}
