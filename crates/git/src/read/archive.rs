//! A commit's files as one download.

use std::io::{self, Write as _};

use bytes::Bytes;
use bzip2::{Compression, write::BzEncoder};
use futures::StreamExt as _;

use crate::Body;
use crate::error::Result;
use crate::names;
use crate::repository::Repository;

/// The kinds of archive: those git makes by itself, and one that is compressed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveFormat {
    /// Uncompressed.
    Tar,
    /// Compressed with gzip.
    TarGz,
    /// Compressed with bzip2.
    TarBz2,
    /// Zip.
    Zip,
}

impl ArchiveFormat {
    /// From a file ending: `tar`, `tar.gz`, `tgz`, `tar.bz2`, `tbz`, `tbz2`, `tb2`, `bz2` or `zip`.
    pub fn parse(ending: &str) -> Option<Self> {
        match ending {
            "tar" => Some(Self::Tar),
            "tar.gz" | "tgz" => Some(Self::TarGz),
            "tar.bz2" | "tbz" | "tbz2" | "tb2" | "bz2" => Some(Self::TarBz2),
            "zip" => Some(Self::Zip),
            _ => None,
        }
    }

    /// The file ending, without a dot in front.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Tar => "tar",
            Self::TarGz => "tar.gz",
            Self::TarBz2 => "tar.bz2",
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
        let packed = format == ArchiveFormat::TarBz2;
        let made = if packed { ArchiveFormat::Tar } else { format };
        let (format, prefix) = (format!("--format={}", made.ending()), format!("--prefix={prefix}/"));
        let mut args = vec!["archive", &format, &prefix, commit];
        if let Some(path) = path {
            names::check_file_path(path)?;
            args.extend(["--", path]);
        }
        let body = self.stream(&args)?;
        Ok(if packed { bzip2(body) } else { body })
    }
}

/// Compresses a stream; the work of each piece is done where it may take its time.
fn bzip2(body: Body) -> Body {
    let state = Some((body, BzEncoder::new(Vec::new(), Compression::default())));
    let packed = futures::stream::try_unfold(state, |state| async {
        let Some((mut body, mut encoder)) = state else { return Ok::<_, io::Error>(None) };
        let piece = body.next().await.transpose()?;
        let worked = tokio::task::spawn_blocking(move || match piece {
            Some(piece) => encoder.write_all(&piece).map(|()| (std::mem::take(encoder.get_mut()), Some(encoder))),
            None => encoder.finish().map(|rest| (rest, None)),
        });
        let (packed, encoder) = worked.await.map_err(io::Error::other)??;
        Ok(Some((Bytes::from(packed), encoder.map(|encoder| (body, encoder)))))
    });
    packed.boxed()
}
