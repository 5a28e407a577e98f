//! Zip archives with folders, links and modes (runner protocol §8.2).

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{ArchiveError, civil};
use crate::trace::JobLog;

/// Files this long or longer need the format's 64-bit fields.
const LARGE: u64 = 0xFFFF_0000;

/// How hard to compress: 0 stores.
pub(crate) type Level = i64;

/// Writes the paths into a zip archive. What vanished or is neither file, folder nor link is left
/// out with a warning. Returns how many entries there are.
pub(crate) fn write_zip(
    project: &Path,
    paths: &BTreeSet<PathBuf>,
    level: Level,
    out: &File,
    log: &JobLog,
) -> Result<usize, ArchiveError> {
    let mut archive = ZipWriter::new(BufWriter::new(out));
    let mut count = 0;
    for path in paths {
        match add(&mut archive, project, path, level) {
            Ok(()) => count += 1,
            Err(ArchiveError::Disk(path, error)) => {
                log.warn(&format!("{}: left out: {error}", path.display()));
            }
            Err(other) => return Err(other),
        }
    }
    archive.finish()?.flush()?;
    Ok(count)
}

fn add<W: Write + io::Seek>(
    archive: &mut ZipWriter<W>,
    project: &Path,
    path: &Path,
    level: Level,
) -> Result<(), ArchiveError> {
    let full = project.join(path);
    let disk = |error| ArchiveError::Disk(path.to_owned(), error);
    let odd = |what: &str| disk(io::Error::other(what.to_owned()));
    let name = path.to_str().ok_or_else(|| odd("its name is not UTF-8"))?;
    let metadata = full.symlink_metadata().map_err(disk)?;
    let options = options(&metadata, level);
    let kind = metadata.file_type();
    if kind.is_dir() {
        archive.add_directory(name, options)?;
    } else if kind.is_symlink() {
        let target = fs::read_link(&full).map_err(disk)?;
        let target = target.to_str().ok_or_else(|| odd("its target is not UTF-8"))?;
        archive.add_symlink(name, target, options)?;
    } else if kind.is_file() {
        let mut input = File::open(&full).map_err(disk)?;
        archive.start_file(name, options)?;
        io::copy(&mut input, archive)?;
    } else {
        return Err(odd("it is neither a file, a folder nor a link"));
    }
    Ok(())
}

fn options(metadata: &Metadata, level: Level) -> SimpleFileOptions {
    let options =
        SimpleFileOptions::default().unix_permissions(metadata.mode() & 0o777).large_file(metadata.len() >= LARGE);
    let options = match metadata.modified() {
        Ok(time) => options.last_modified_time(civil::to_zip(time)),
        Err(_) => options,
    };
    match level {
        0 => options.compression_method(CompressionMethod::Stored),
        level => options.compression_method(CompressionMethod::Deflated).compression_level(Some(level)),
    }
}
