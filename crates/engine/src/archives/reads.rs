//! A file out of an archive costs what its entry and the directory hold, however large the archive is: tests only.

use super::source::{Source, Stored};
use super::{directory, entry};
use crate::Result;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use pipewright_blobs::Blobs;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the bytes that come out of a stored archive, and notes where they were.
struct Counted<'a> {
    stored: Stored<'a>,
    bytes: Arc<AtomicU64>,
    ranges: std::sync::Mutex<Vec<Range<u64>>>,
}

impl Counted<'_> {
    fn asked(&self, range: &Range<u64>) {
        self.ranges.lock().expect("a list").push(range.clone());
    }
}

impl Source for Counted<'_> {
    async fn range(&self, range: Range<u64>) -> Result<Bytes> {
        self.asked(&range);
        let bytes = self.stored.range(range).await?;
        self.bytes.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        Ok(bytes)
    }

    async fn pieces(&self, range: Range<u64>) -> Result<BoxStream<'static, Result<Bytes>>> {
        self.asked(&range);
        let count = Arc::clone(&self.bytes);
        let pieces = self.stored.pieces(range).await?;
        Ok(pieces
            .inspect_ok(move |piece| {
                count.fetch_add(piece.len() as u64, Ordering::SeqCst);
            })
            .boxed())
    }
}

/// 32 MiB that do not shrink, and a small file before and after them.
fn archive() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let packed = zip::write::SimpleFileOptions::default();
    let stored = packed.compression_method(zip::CompressionMethod::Stored);
    zip.start_file("first.txt", packed).expect("a file");
    zip.write_all(&b"first ".repeat(100)).expect("its bytes");
    zip.start_file("large.bin", stored).expect("a file");
    zip.write_all(&vec![7; 32 << 20]).expect("its bytes");
    zip.start_file("last.txt", packed).expect("a file");
    zip.write_all(&b"last ".repeat(1000)).expect("its bytes");
    zip.finish().expect("an archive").into_inner()
}

#[tokio::test]
async fn one_file_reads_the_directory_and_its_own_entry_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let blobs = Blobs::open(&folder.path().to_string_lossy()).expect("a place for bytes");
    let bytes = archive();
    let size = bytes.len() as u64;
    let pieces = stream::iter([Ok::<_, std::io::Error>(Bytes::from(bytes))]);
    blobs.put_stream("archive", pieces, None).await.expect("the archive is stored");
    for (name, content) in [("first.txt", b"first ".repeat(100)), ("last.txt", b"last ".repeat(1000))] {
        let count = Arc::new(AtomicU64::new(0));
        let stored = Stored { blobs: &blobs, key: "archive" };
        let source = Counted { stored, bytes: Arc::clone(&count), ranges: std::sync::Mutex::default() };
        let entries = directory::read(&source, size).await.expect("it can be read").expect("a directory");
        let found = entries.iter().find(|entry| entry.name == name).expect("the entry");
        let unpacked = entry::read(&source, size, found).await.expect("it can be read").expect("a sound entry");
        let unpacked: Vec<Bytes> = unpacked.try_collect().await.expect("all of it");
        assert_eq!(unpacked.concat(), content);
        let read = count.load(Ordering::SeqCst);
        // The longest end record there may be, the entry's head and its packed bytes.
        assert!(read <= 65_577 + 30 + found.packed, "{read} bytes were read for {name} out of {size}");
        let ranges = source.ranges.into_inner().expect("a list");
        assert_eq!(ranges.len(), 3, "{ranges:?}");
    }
}
