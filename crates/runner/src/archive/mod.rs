//! Archives of a job's files: which files, in which form, and back again.

mod civil;
mod collect;
mod gzip;
mod patterns;
mod unzip;
mod zip_file;

pub(crate) use collect::{Wanted, collect};
pub(crate) use gzip::{write_gzip, write_raw};
pub(crate) use unzip::extract;
pub(crate) use zip_file::write_zip;

use std::path::PathBuf;

/// Why an archive could not be made or unpacked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    Disk(PathBuf, std::io::Error),
    #[error("the archive is damaged or no zip: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("the archive could not be written: {0}")]
    Write(#[from] std::io::Error),
    #[error("the archive holds {0:?}, which would land outside the project's folder")]
    Outside(String),
    #[error("{0} files match, but this kind of report is exactly one file")]
    NotOne(usize),
}
