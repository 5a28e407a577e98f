//! Reads a file that may be anything: a pipe, a disk image, a picture.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes read of one file. The compiler's own limit is far below and speaks of the file's size.
const MAX_BYTES: u64 = 16 << 20;

/// Why there is no text: the end of a sentence that begins with the file's name.
#[derive(Debug)]
pub(super) enum Error {
    Missing,
    Folder,
    TooBig,
    NotText,
    Io(std::io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("does not exist"),
            Self::Folder => f.write_str("is a folder"),
            Self::TooBig => write!(f, "is too big: {MAX_BYTES} bytes are read at most"),
            Self::NotText => f.write_str("is not UTF-8 text"),
            Self::Io(error) => write!(f, "could not be read: {error}"),
        }
    }
}

/// The whole text of a file.
pub(super) fn file(path: &Path) -> Result<String, Error> {
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::Missing,
        _ => Error::Io(error),
    })?;
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        return Err(Error::Folder);
    }
    text(file)
}

/// The whole text of a stream.
pub(super) fn text(source: impl Read) -> Result<String, Error> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(Error::Io)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::TooBig);
    }
    String::from_utf8(bytes).map_err(|_| Error::NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_refused_by_name() {
        assert!(matches!(text(&b"\xff\xfe"[..]), Err(Error::NotText)));
        assert!(matches!(text(std::io::repeat(b'a')), Err(Error::TooBig)));
        assert!(matches!(file(Path::new("/")), Err(Error::Folder)));
        assert!(matches!(file(Path::new("/not/there")), Err(Error::Missing)));
    }
}
