//! dotenv reports: variables a job leaves for later ones (runner protocol §8.4).

use crate::{Error, Result};
use flate2::read::MultiGzDecoder;
use std::io::Read;

/// A packed report unpacks to no more than this, whatever it claims.
const UNPACKED: u64 = 1 << 20;
/// Longest name of a variable, as of those that people set.
const LONGEST_NAME: usize = 255;

/// The variables of an uploaded report, gzip members one after the other. Any line without `=` makes the
/// whole report invalid; of two lines with one name the later one counts.
pub fn parse(packed: &[u8], most: usize) -> Result<Vec<(String, String)>> {
    let mut text = Vec::new();
    let read = MultiGzDecoder::new(packed).take(UNPACKED + 1).read_to_end(&mut text);
    if read.is_err() {
        return Err(invalid("it is not gzip"));
    }
    if text.len() as u64 > UNPACKED {
        return Err(invalid("it is too large"));
    }
    let text = String::from_utf8(text).map_err(|_| invalid("it is not UTF-8"))?;
    variables(text.strip_prefix('\u{feff}').unwrap_or(&text), most)
}

fn variables(text: &str, most: usize) -> Result<Vec<(String, String)>> {
    let mut variables: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let (key, value) = line.split_once('=').ok_or_else(|| invalid("a line is not KEY=value"))?;
        let (key, value) = (key.trim(), value.trim());
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(invalid("a name may hold letters, digits and _ only"));
        }
        if key.len() > LONGEST_NAME {
            return Err(invalid(&format!("a name is longer than {LONGEST_NAME} characters")));
        }
        if value.contains('\0') {
            return Err(invalid("a value holds a NUL"));
        }
        match variables.iter_mut().find(|(known, _)| known == key) {
            Some(known) => value.clone_into(&mut known.1),
            None => variables.push((key.to_owned(), value.to_owned())),
        }
        if variables.len() > most {
            return Err(Error::BadRequest(format!("Dotenv files cannot have more than {most} variables")));
        }
    }
    Ok(variables)
}

fn invalid(why: &str) -> Error {
    Error::BadRequest(format!("Invalid Format: {why}"))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::io::Write;

    fn gzip(parts: &[&[u8]]) -> Vec<u8> {
        let member = |part: &&[u8]| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(part).unwrap();
            gzip.finish().unwrap()
        };
        parts.iter().flat_map(member).collect()
    }

    #[test]
    fn trap_39_lines_are_taken_as_they_are() {
        let good = parse(&gzip(&[b"\xef\xbb\xbfA=\"x y\"\r\nB = b=c \nA=2\n"]), 20).unwrap();
        assert_eq!(good, [("A".to_owned(), "2".to_owned()), ("B".to_owned(), "b=c".to_owned())]);
        for bad in [&b"A=1\n\nB=2"[..], b"# note", b"A-B=1", b"=x", b"A=\xff", b"A=\0"] {
            assert!(parse(&gzip(&[bad]), 20).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn trap_38_all_members_are_read() {
        assert_eq!(parse(&gzip(&[b"A=1\n", b"B=2\n"]), 20).unwrap().len(), 2);
    }

    #[test]
    fn limits_hold() {
        assert!(parse(&gzip(&[b"A=1\nB=2\nC=3"]), 2).is_err());
        assert!(parse(&gzip(&[&vec![b'a'; 3 << 20]]), 20).is_err());
        assert!(parse(b"A=1", 20).is_err());
        let name = |length: usize| parse(&gzip(&[format!("{}=1", "a".repeat(length)).as_bytes()]), 20);
        assert!(name(255).is_ok() && name(256).is_err());
    }
}
