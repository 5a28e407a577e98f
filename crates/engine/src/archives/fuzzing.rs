//! The door for the fuzz target of archives: what must hold of one, whatever its bytes are.

use super::{directory, entry, tree};
use bytes::Bytes;
use futures::{FutureExt, StreamExt};

/// Entries that are unpacked, and the most that is taken of each: a bomb is let go off, not waited for.
const ENTRIES: usize = 20;
const TAKEN: u64 = 1 << 20;

/// Reads an archive's directory, its tree and its first entries. Panics where a path could leave a folder,
/// or an entry gives more than its directory says.
pub fn archive(data: &[u8]) {
    let (archive, size) = (Bytes::copy_from_slice(data), data.len() as u64);
    let read = directory::read(&archive, size).now_or_never().expect("bytes in memory are there at once");
    let Some(entries) = read.expect("no part is asked for that is not there") else { return };
    for recursive in [true, false] {
        for item in tree::list(&entries, "", recursive).unwrap_or_default() {
            assert!(tree::is_safe(&item.path), "{:?} could leave a folder", item.path);
            let _ = item.name();
        }
    }
    let _ = crate::jobs::index::write(&entries);
    for entry in entries.iter().take(ENTRIES) {
        let _ = (entry.mode(), entry.modified());
        unpack(&archive, size, entry);
    }
}

fn unpack(archive: &Bytes, size: u64, entry: &directory::Entry) {
    let read = entry::read(archive, size, entry).now_or_never().expect("bytes in memory are there at once");
    let Some(mut pieces) = read.expect("no part is asked for that is not there") else { return };
    let mut taken = 0;
    while taken < TAKEN
        && let Some(piece) = pieces.next().now_or_never().expect("bytes in memory are there at once")
    {
        let Ok(piece) = piece else { return };
        taken += piece.len() as u64;
        assert!(taken <= entry.size, "{} gives more than its {} bytes", entry.name, entry.size);
    }
    assert!(taken >= TAKEN || taken == entry.size, "{} ends early without a word", entry.name);
}
