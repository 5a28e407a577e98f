//! A commit's files as one download.

use crate::Body;
use crate::error::Result;
use crate::names;
use crate::repository::Repository;

/// The kinds of archive git makes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveFormat {
    /// Uncompressed.
    Tar,
    /// Compressed with gzip.
    TarGz,
    /// Zip.
    Zip,
}

impl ArchiveFormat {
    /// From a file ending: `tar`, `tar.gz`, `tgz` or `zip`.
    pub fn parse(ending: &str) -> Option<Self> {
        match ending {
            "tar" => Some(Self::Tar),
            "tar.gz" | "tgz" => Some(Self::TarGz),
            "zip" => Some(Self::Zip),
            _ => None,
        }
    }

    /// The file ending, without a dot in front.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Tar => "tar",
            Self::TarGz => "tar.gz",
            Self::Zip => "zip",
        }
    }
}

impl Repository {
    /// Streams an archive of a commit, given by its full id. Everything in it lies in the folder
    /// `prefix`; with `path`, only that file or folder is in it.
    pub fn archive(&self, commit: &str, format: ArchiveFormat, prefix: &str, path: Option<&str>) -> Result<Body> {
        names::oid(commit)?;
        names::check_file_path(prefix)?;
        let (format, prefix) = (format!("--format={}", format.ending()), format!("--prefix={prefix}/"));
        let mut args = vec!["archive", &format, &prefix, commit];
        if let Some(path) = path {
            names::check_file_path(path)?;
            args.extend(["--", path]);
        }
        self.stream(&args)
    }
}
