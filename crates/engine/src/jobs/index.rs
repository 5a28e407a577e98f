//! The index made of an archive, `metadata.gz` (runner protocol §8.3): a gzip stream of records, each its
//! length in four bytes and then that many bytes.

use crate::archives::directory::{self, Entry};
use crate::archives::source::Stored;
use crate::archives::tree::MOST;
use crate::{Error, Result};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use pipewright_blobs::Blobs;
use std::collections::BTreeMap;

const HEADER: &[u8] = b"GitLab Build Artifacts Metadata 0.0.2\n";

/// The index of the archive of `size` bytes under `key`; `None` if its directory cannot be read.
pub(super) async fn of_archive(blobs: &Blobs, key: &str, size: u64) -> Result<Option<Bytes>> {
    let Some(entries) = directory::read(&Stored { blobs, key }, size).await? else { return Ok(None) };
    let index = write(&entries).map_err(|error| Error::Internal(format!("an index could not be packed: {error}")))?;
    Ok(Some(index.into()))
}

/// Packs the index of these entries. Folders that only their files name are left out once there are too
/// many, as in the tree.
pub(crate) fn write(entries: &[Entry]) -> std::io::Result<Vec<u8>> {
    let mut records: BTreeMap<&[u8], String> = BTreeMap::new();
    let mut work = 0;
    for entry in entries.iter().filter(|entry| is_listed(&entry.name)) {
        let path = entry.name.as_bytes();
        // From the inside out, as far as they are news.
        for (at, _) in entry.name.rmatch_indices('/').filter(|(at, _)| at + 1 < path.len()) {
            work += at;
            if work > MOST || records.contains_key(&path[..=at]) {
                break;
            }
            records.insert(&path[..=at], "{}\n".to_owned());
        }
        records.insert(path, describe(entry));
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    record(&mut gzip, HEADER)?;
    record(&mut gzip, b"{}")?;
    for (path, description) in records {
        record(&mut gzip, path)?;
        record(&mut gzip, description.as_bytes())?;
    }
    gzip.finish()
}

fn record(out: &mut impl std::io::Write, bytes: &[u8]) -> std::io::Result<()> {
    out.write_all(&(bytes.len() as u32).to_be_bytes())?;
    out.write_all(bytes)
}

/// Paths that readers skip are not written: they lead out of the archive.
fn is_listed(name: &str) -> bool {
    let outside = name.starts_with('/') || name.split('/').any(|part| part == "." || part == "..");
    !name.is_empty() && !outside && !name.contains('\u{fffd}')
}

/// Keys in a fixed order, those that are zero left out.
fn describe(entry: &Entry) -> String {
    let mut fields = Vec::new();
    if let Some(modified) = entry.modified() {
        fields.push(format!("\"modified\":{modified}"));
    }
    if let Some(mode) = entry.mode() {
        fields.push(format!("\"mode\":\"{mode:o}\""));
    }
    let numbers = [("crc", u64::from(entry.crc)), ("size", entry.size), ("zipped", entry.packed)];
    fields.extend(numbers.iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("\"{name}\":{n}")));
    format!("{{{}}}\n", fields.join(","))
}
