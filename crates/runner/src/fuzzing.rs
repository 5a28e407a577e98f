//! The door for the fuzz target of unpacking: what must hold whatever the archive's bytes are.

use crate::archive;
use std::fs;
use std::path::Path;

const GOOD: &str = "good";

/// Unpacks an archive inside `folder`, which is empty and a throwaway. Panics where anything lands, or
/// changes, beside the project's folder.
pub fn extract(folder: &Path, data: &[u8]) {
    let place = |name: &str| folder.join(name);
    let prepared = fs::create_dir(place("project"))
        .and_then(|()| fs::write(place("beside"), GOOD))
        .and_then(|()| fs::write(place("archive.zip"), data));
    if prepared.is_err() {
        return;
    }
    let _ = archive::extract(&place("archive.zip"), &place("project"));
    let mut names: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    assert_eq!(names, ["archive.zip", "beside", "project"], "something landed outside");
    assert_eq!(fs::read_to_string(place("beside")).ok().as_deref(), Some(GOOD), "something outside was written to");
}
