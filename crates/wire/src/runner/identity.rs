//! Registering, verifying and removing runners (runner protocol §2).

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::RunnerInfo;

/// `POST /runners`: the old way to register, with a registration token (§2.3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterRequest {
    /// The registration token.
    pub token: String,
    /// What the runner is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<RunnerInfo>,
    /// Shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// At most 1024 characters.
    #[serde(skip_serializing_if = "Option::is_none", alias = "maintainer_note")]
    pub maintenance_note: Option<String>,
    /// Tags; on the wire a comma-separated string or a list.
    #[serde(serialize_with = "comma_list", deserialize_with = "tag_list")]
    pub tag_list: Vec<String>,
    /// Whether jobs without tags are taken; missing means true iff there are no tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_untagged: Option<bool>,
    /// Whether the runner may not be given to more projects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    /// `not_protected` or `ref_protected`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_level: Option<String>,
    /// Seconds; 0 or missing means no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_timeout: Option<i64>,
    /// Whether it starts paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    /// The older opposite of `paused`; both together are an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// `POST /runners/verify` (§2.4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VerifyRequest {
    /// The authentication token.
    pub token: String,
    /// The machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_id: Option<String>,
    /// What the runner is; older runners leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<RunnerInfo>,
}

/// `DELETE /runners/managers`: one machine of a runner goes away (§2.5). The body comes with DELETE.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteManagerRequest {
    /// The authentication token.
    pub token: String,
    /// The machine; missing is a 400.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_id: Option<String>,
}

/// `DELETE /runners`: the whole runner goes away (§2.5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteRunnerRequest {
    /// The authentication token.
    pub token: String,
}

/// `POST /runners/reset_authentication_token` (§2.6).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResetTokenRequest {
    /// The token to replace.
    pub token: String,
}

/// Answer to register, verify (with `id`) and reset (without).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunnerToken {
    /// The runner; must not be 0 for register and verify.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// Its authentication token.
    pub token: String,
    /// RFC 3339, or null for never.
    pub token_expires_at: Option<String>,
}

fn comma_list<S: serde::Serializer>(tags: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&tags.join(","))
}

fn tag_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let texts: Vec<String> = match value {
        Value::String(text) => text.split(',').map(str::to_owned).collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let trimmed = texts.iter().map(|text| text.trim());
    Ok(trimmed.filter(|text| !text.is_empty()).map(str::to_owned).collect())
}
