//! Files a job left behind.

use crate::{ArtifactId, JobId, ProjectId, Timestamp, words::words};

words! {
    /// How an artifact's bytes are packed.
    FileFormat {
        /// One file as it is.
        Raw = "raw",
        /// An archive.
        Zip = "zip",
        /// One or several gzip members.
        Gzip = "gzip",
    }
}

words! {
    /// Who may download an archive (Jobs API contract §3.4).
    Accessibility {
        /// Whoever reads jobs.
        Public = "public",
        /// Developers and above.
        Private = "private",
        /// Maintainers and above.
        Maintainer = "maintainer",
        /// Nobody.
        None = "none",
    }
}

/// One stored file of a job. There is at most one of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Unique id.
    pub id: ArtifactId,
    /// Whose.
    pub job_id: JobId,
    /// The job's project.
    pub project_id: ProjectId,
    /// `archive`, `metadata`, `trace`, `junit`, `dotenv` … any word (Jobs API contract §9.1).
    pub file_type: String,
    /// How it is packed.
    pub file_format: FileFormat,
    /// Name for downloads.
    pub filename: String,
    /// Bytes stored.
    pub size: i64,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Where the bytes are.
    pub blob_key: String,
    /// Who may download it.
    pub accessibility: Accessibility,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When it may be deleted; `None` never.
    pub expires_at: Option<Timestamp>,
}
