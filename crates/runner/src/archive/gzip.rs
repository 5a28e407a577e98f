//! Reports: gzip members one after another, or one file as it is (runner protocol §8.2).

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use flate2::{Compression, GzBuilder};

use super::ArchiveError;

/// Writes every regular file among `paths` as a gzip member of its own, named by its path.
/// Returns how many there were.
pub(crate) fn write_gzip(project: &Path, paths: &BTreeSet<PathBuf>, out: &mut File) -> Result<usize, ArchiveError> {
    let mut count = 0;
    for path in files(project, paths) {
        let full = project.join(path);
        let disk = |error| ArchiveError::Disk(path.clone(), error);
        let mut input = File::open(&full).map_err(disk)?;
        let modified = input.metadata().and_then(|m| m.modified()).ok();
        let seconds = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let seconds = seconds.map_or(0, |time| u32::try_from(time.as_secs()).unwrap_or(0));
        let name = path.to_string_lossy().replace('\0', "");
        let builder = GzBuilder::new().filename(name).mtime(seconds);
        let mut member = builder.write(&mut *out, Compression::default());
        io::copy(&mut input, &mut member).map_err(disk)?;
        member.finish()?;
        count += 1;
    }
    out.flush()?;
    Ok(count)
}

/// Writes the one regular file among `paths`; none is fine, too.
pub(crate) fn write_raw(project: &Path, paths: &BTreeSet<PathBuf>, out: &mut File) -> Result<usize, ArchiveError> {
    let all: Vec<&PathBuf> = files(project, paths).collect();
    match all.as_slice() {
        [] => Ok(0),
        [one] => {
            let disk = |error| ArchiveError::Disk((*one).clone(), error);
            let mut input = File::open(project.join(one)).map_err(disk)?;
            io::copy(&mut input, out)?;
            Ok(1)
        }
        more => Err(ArchiveError::NotOne(more.len())),
    }
}

fn files<'a>(project: &'a Path, paths: &'a BTreeSet<PathBuf>) -> impl Iterator<Item = &'a PathBuf> + 'a {
    let regular = |path: &&PathBuf| {
        let metadata = project.join(path).symlink_metadata();
        metadata.is_ok_and(|metadata| metadata.is_file())
    };
    paths.iter().filter(regular)
}
