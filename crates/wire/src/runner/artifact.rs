//! Fields of `POST /jobs/:id/artifacts` besides the file (runner protocol §8.1).

use serde::{Deserialize, Serialize};

/// The fields, which come in the query (official runner) or as text parts after the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ArtifactUpload {
    /// The job's token; usually in the header `JOB-TOKEN` instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// `archive` if missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// `zip`, `gzip` or `raw`; `zip` if missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_format: Option<String>,
    /// A duration for people, `3 days`; missing means the instance's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_in: Option<String>,
    /// `public`, `private`, `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accessibility: Option<String>,
}

impl ArtifactUpload {
    /// Takes one named field; names that mean nothing here are ignored.
    pub fn set(&mut self, name: &str, value: String) {
        let place = match name {
            "token" => &mut self.token,
            "artifact_type" => &mut self.artifact_type,
            "artifact_format" => &mut self.artifact_format,
            "expire_in" => &mut self.expire_in,
            "accessibility" => &mut self.accessibility,
            _ => return,
        };
        *place = Some(value);
    }
}
