//! The directory at the end of a zip archive.
//!
//! Only what is needed is read: the end record, then the directory, never the entries. Everything in
//! it is checked before it is believed; a broken archive has no readable directory, which is no fault of
//! ours.

use super::source::Source;

/// The end record with the longest comment, and the locator of the 64-bit form before it.
const TAIL: u64 = 22 + 65_535 + 20;
/// A longer directory is not read; it would have some hundreds of thousands of entries.
const LONGEST: u64 = 32 << 20;

/// One entry of an archive.
#[derive(Default, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its path; a folder's ends with a slash.
    pub(crate) name: String,
    /// Bytes once unpacked.
    pub(crate) size: u64,
    /// Bytes in the archive.
    pub(crate) packed: u64,
    /// How they are packed: 0 not at all, 8 deflate.
    pub(crate) method: u16,
    /// Where its own header is.
    pub(crate) offset: u64,
    /// It needs a password.
    pub(crate) encrypted: bool,
    /// CRC-32 of its content.
    pub(crate) crc: u32,
    /// When it was changed, as MS-DOS wrote it: time, date.
    pub(crate) dos: (u16, u16),
    /// Seconds since 1970, where the archive says so too.
    pub(crate) unix_time: Option<u32>,
    /// Unix mode in the upper half.
    pub(crate) attributes: u32,
}

impl Entry {
    /// Its permissions, if it was packed on a system that has them.
    pub(crate) fn mode(&self) -> Option<u32> {
        Some((self.attributes >> 16) & 0o777).filter(|mode| *mode != 0)
    }

    /// When it was changed, in seconds since 1970.
    pub(crate) fn modified(&self) -> Option<i64> {
        if let Some(seconds) = self.unix_time {
            return Some(seconds.into());
        }
        let (time, date) = self.dos;
        let (year, month, day) = (1980 + (date >> 9), (date >> 5) & 15, date & 31);
        let (hour, minute, second) = (time >> 11, (time >> 5) & 63, (time & 31) * 2);
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        pipewright_model::Timestamp::parse(&text).map(pipewright_model::Timestamp::seconds)
    }

    /// It is a folder.
    pub(crate) fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }
}

/// Where the directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    start: u64,
    length: u64,
}

/// Reads the directory of an archive of `size` bytes; `None` where there is no sound one.
pub(crate) async fn read(archive: &impl Source, size: u64) -> crate::Result<Option<Vec<Entry>>> {
    let tail_at = size.saturating_sub(TAIL);
    if size < 22 {
        return Ok(None);
    }
    let tail = archive.range(tail_at..size).await?;
    let place = match locate(&tail, tail_at) {
        Some(Found::Directory(place)) => place,
        Some(Found::Record64(at)) => {
            let end = at.saturating_add(56);
            if end > size {
                return Ok(None);
            }
            let record = archive.range(at..end).await?;
            match place64(&record) {
                Some(place) => place,
                None => return Ok(None),
            }
        }
        None => return Ok(None),
    };
    let end = place.start.saturating_add(place.length);
    if end > size || place.length > LONGEST {
        return Ok(None);
    }
    if place.length == 0 {
        return Ok(Some(Vec::new()));
    }
    if place.start >= tail_at {
        let bytes = tail.slice((place.start - tail_at) as usize..(end - tail_at) as usize);
        return Ok(entries(&bytes));
    }
    let bytes = archive.range(place.start..end).await?;
    Ok(entries(&bytes))
}

enum Found {
    Directory(Place),
    /// The 64-bit end record, which says where the directory is.
    Record64(u64),
}

/// Finds the end record in the last bytes of an archive, which begin at `tail_at`.
fn locate(tail: &[u8], tail_at: u64) -> Option<Found> {
    let at = (0..=tail.len().checked_sub(22)?).rev().find(|at| {
        let comment = u16_at(tail, at + 20).map_or(usize::MAX, usize::from);
        tail[*at..].starts_with(b"PK\x05\x06") && at + 22 + comment <= tail.len()
    })?;
    let locator = at.checked_sub(20).filter(|at| tail[*at..].starts_with(b"PK\x06\x07"));
    if let Some(locator) = locator {
        return Some(Found::Record64(u64_at(tail, locator + 8)?));
    }
    let place = Place { start: u32_at(tail, at + 16)?.into(), length: u32_at(tail, at + 12)?.into() };
    // The directory lies before its end record.
    (place.start + place.length <= tail_at + at as u64).then_some(Found::Directory(place))
}

fn place64(record: &[u8]) -> Option<Place> {
    if !record.starts_with(b"PK\x06\x06") {
        return None;
    }
    Some(Place { start: u64_at(record, 48)?, length: u64_at(record, 40)? })
}

/// Reads the whole directory; `None` where it is broken.
fn entries(mut bytes: &[u8]) -> Option<Vec<Entry>> {
    let mut found = Vec::new();
    while bytes.starts_with(b"PK\x01\x02") {
        let length = |at| u16_at(bytes, at).map(usize::from);
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let name_bytes = bytes.get(46..46 + name)?;
        let extra_bytes = bytes.get(46 + name..46 + name + extra)?;
        let flags = u16_at(bytes, 8)?;
        let mut entry = Entry {
            name: String::from_utf8_lossy(name_bytes).into_owned(),
            size: u32_at(bytes, 24)?.into(),
            packed: u32_at(bytes, 20)?.into(),
            method: u16_at(bytes, 10)?,
            offset: u32_at(bytes, 42)?.into(),
            encrypted: flags & 1 != 0,
            crc: u32_at(bytes, 16)?,
            dos: (u16_at(bytes, 12)?, u16_at(bytes, 14)?),
            unix_time: None,
            attributes: u32_at(bytes, 38)?,
        };
        widen(&mut entry, extra_bytes);
        found.push(entry);
        bytes = bytes.get(46 + name + extra + comment..)?;
    }
    // Anything but the end after the last entry means the directory was cut or damaged.
    bytes.is_empty().then_some(found)
}

/// Takes the numbers that do not fit 32 bits from the 64-bit extra field.
fn widen(entry: &mut Entry, mut extra: &[u8]) {
    while let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let Some(mut field) = extra.get(4..4 + usize::from(length)) else { return };
        if id == 0x5455 && field.first().is_some_and(|flags| flags & 1 != 0) {
            entry.unix_time = u32_at(field, 1);
        }
        if id == 1 {
            for number in [&mut entry.size, &mut entry.packed, &mut entry.offset] {
                if *number == u64::from(u32::MAX) {
                    let Some(wide) = u64_at(field, 0) else { return };
                    *number = wide;
                    field = &field[8..];
                }
            }
        }
        extra = &extra[4 + usize::from(length)..];
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// How long an entry's own header is, from its first 30 bytes.
pub(crate) fn header_length(header: &[u8]) -> Option<u64> {
    if !header.starts_with(b"PK\x03\x04") {
        return None;
    }
    Some(30 + u64::from(u16_at(header, 26)?) + u64::from(u16_at(header, 28)?))
}

#[cfg(test)]
mod tests {
    use super::{Entry, Found, entries, locate};
    use std::io::Write;

    fn archive(comment: &str) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("a/b.txt", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&[b'x'; 1000]).unwrap();
        zip.add_directory("c", zip::write::SimpleFileOptions::default()).unwrap();
        zip.set_comment(comment).unwrap();
        zip.finish().unwrap().into_inner()
    }

    fn directory(bytes: &[u8]) -> Option<Vec<Entry>> {
        let Found::Directory(place) = locate(bytes, 0)? else { return None };
        entries(bytes.get(place.start as usize..(place.start + place.length) as usize)?)
    }

    #[test]
    fn entries_are_found_before_a_comment_that_looks_like_an_end() {
        let found = directory(&archive("a comment with PK\u{5}\u{6} in it, and then some more text")).unwrap();
        assert_eq!(found.iter().map(|e| (e.name.as_str(), e.size)).collect::<Vec<_>>(), [("a/b.txt", 1000), ("c/", 0)]);
    }

    #[test]
    fn no_damage_makes_the_reader_panic() {
        let whole = archive("");
        for at in 0..whole.len() {
            for value in [0, 0xff, whole[at] ^ 1] {
                let mut broken = whole.clone();
                broken[at] = value;
                let _ = directory(&broken);
            }
            let _ = directory(&whole[..at]);
        }
    }
}
