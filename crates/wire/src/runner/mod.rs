//! The runner protocol: what runners send and what they are answered, both directions.
//!
//! Requests are read with [`from_body`], which forgives what real clients do: an empty body, the
//! body `null`, missing fields, fields that are `null`, unknown fields. Answers are serialised to
//! what both known clients decode (runner protocol §5 and §12.2): the one wants `run` absent
//! rather than null, the other wants `artifacts`, `dependencies` and every `when` present.

mod artifact;
mod failure;
mod features;
pub mod headers;
mod identity;
mod payload;
mod payload_parts;
mod range;
mod request;
mod update;

pub use artifact::ArtifactUpload;
pub use failure::FailureReason;
pub use features::{ALL_FEATURES, Features, feature};
pub use identity::{
    DeleteManagerRequest, DeleteRunnerRequest, RegisterRequest, ResetTokenRequest, RunnerToken, VerifyRequest,
};
pub use payload::{JobInfo, JobPayload, PayloadFeatures, RunnerLimits};
pub use payload_parts::{
    Artifact, ArtifactFile, Cache, Credentials, Dependency, GitInfo, Hook, Image, Input, InputValue, Port, Service,
    ServiceVariable, Step, Variable,
};
pub use range::{ContentRange, StoredRange};
pub use request::{JobRequest, RunnerConfigInfo, RunnerInfo, SessionInfo};
pub use update::{JobUpdate, TraceOutput, checksum_text};

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a JSON body as runners write it.
///
/// An empty body and `null` read as `T::default()`; members that are `null`, at any depth, count as
/// missing (Go clients write `null` for every empty list). Unknown members are ignored.
///
/// # Errors
/// When the text is not JSON, or a member has a type that cannot be what is meant.
pub fn from_body<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, serde_json::Error> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(T::default());
    }
    let mut value: Value = serde_json::from_slice(body)?;
    if value.is_null() {
        return Ok(T::default());
    }
    drop_nulls(&mut value);
    serde_json::from_value(value)
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(drop_nulls);
        }
        _ => {}
    }
}
