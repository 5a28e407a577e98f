//! What is told about ID tokens to those who check them.

use serde::Serialize;

/// OpenID Connect Discovery, as far as there is something to discover.
#[derive(Debug, Clone, Serialize)]
pub struct Discovery<'a> {
    /// What tokens have as `iss`.
    pub issuer: &'a str,
    /// Where the key is.
    pub jwks_uri: String,
    /// Nobody signs in here: tokens are given to jobs.
    pub response_types_supported: &'static [&'static str],
    /// Everybody is told the same subject.
    pub subject_types_supported: &'static [&'static str],
    /// How tokens are signed.
    pub id_token_signing_alg_values_supported: &'static [&'static str],
    /// What they say.
    pub claims_supported: &'static [&'static str],
}

impl Discovery<'_> {
    /// The claims of a job's tokens.
    pub const CLAIMS: &'static [&'static str] = &[
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "namespace_id",
        "namespace_path",
        "project_id",
        "project_path",
        "project_visibility",
        "user_id",
        "user_login",
        "user_email",
        "user_access_level",
        "job_project_id",
        "job_project_path",
        "job_namespace_id",
        "job_namespace_path",
        "pipeline_id",
        "pipeline_source",
        "job_id",
        "ref",
        "ref_type",
        "ref_path",
        "ref_protected",
        "environment",
        "environment_protected",
        "deployment_tier",
        "environment_action",
        "runner_id",
        "runner_environment",
        "sha",
        "ci_config_ref_uri",
        "ci_config_sha",
    ];
}

/// A set of one key (RFC 7517).
#[derive(Debug, Clone, Serialize)]
pub struct Keys {
    /// The key.
    pub keys: [Key; 1],
}

/// A key to check tokens with.
#[derive(Debug, Clone, Serialize)]
pub struct Key {
    /// `RSA`.
    pub kty: &'static str,
    /// What tokens name it by.
    pub kid: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// `RS256`.
    pub alg: &'static str,
    /// Modulus.
    pub n: String,
    /// Exponent.
    pub e: String,
}
