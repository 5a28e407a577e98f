//! `PUT /jobs/:id` (runner protocol §6.1).

use serde::{Deserialize, Serialize};

use super::RunnerInfo;

/// The body of a job update: alive, or ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobUpdate {
    /// The job's token; the header `JOB-TOKEN` may carry it instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What the runner is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<RunnerInfo>,
    /// `running`, `success`, `failed` (or `pending`, §4.6); anything else is a 400.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Why it failed; any word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// Older twin of `output.checksum`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// How much log there is; empty members mean an empty log.
    pub output: TraceOutput,
    /// The script's exit status; missing means 0 or unknown. May be any integer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
}

/// `output`: what the log must be once everything has arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceOutput {
    /// `crc32:` and 8 lower-case hex digits over the whole log, see [`checksum_text`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// Length of the whole log in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytesize: Option<u64>,
}

impl JobUpdate {
    /// The checksum the runner sent, in whichever place.
    pub fn checksum(&self) -> Option<&str> {
        self.output.checksum.as_deref().or(self.checksum.as_deref())
    }
}

/// An IEEE CRC-32 as runners write it.
pub fn checksum_text(crc32: u32) -> String {
    format!("crc32:{crc32:08x}")
}
