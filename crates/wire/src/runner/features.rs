//! What a runner says it can do.

use std::collections::BTreeSet;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The features that decide something on the server, by the name they have on the wire (§4.1).
pub mod feature {
    /// Needed by jobs with `artifacts:reports`.
    pub const UPLOAD_MULTIPLE_ARTIFACTS: &str = "upload_multiple_artifacts";
    /// Needed by jobs of merge request refs.
    pub const REFSPECS: &str = "refspecs";
    /// Needed by jobs with `artifacts:exclude`.
    pub const ARTIFACTS_EXCLUDE: &str = "artifacts_exclude";
    /// Needed by jobs with `release`.
    pub const MULTI_BUILD_STEPS: &str = "multi_build_steps";
    /// Needed by jobs with `allow_failure:exit_codes` or `retry:exit_codes`.
    pub const RETURN_EXIT_CODE: &str = "return_exit_code";
    /// Needed by jobs with `cache:fallback_keys`.
    pub const FALLBACK_CACHE_KEYS: &str = "fallback_cache_keys";
    /// Needed by jobs with `secrets`.
    pub const VAULT_SECRETS: &str = "vault_secrets";
    /// The runner stops a job when told so.
    pub const CANCELABLE: &str = "cancelable";
    /// The runner runs `after_script` of a job that is being cancelled (§10.2).
    pub const CANCEL_GRACEFULLY: &str = "cancel_gracefully";
    /// The runner confirms a job before it counts as running (§4.6).
    pub const TWO_PHASE_JOB_COMMIT: &str = "two_phase_job_commit";
}

/// Every feature name the official runner writes, as it writes them all, true or false (§4.1).
pub const ALL_FEATURES: [&str; 31] = [
    "variables",
    "image",
    "services",
    "artifacts",
    "cache",
    "fallback_cache_keys",
    "shared",
    "upload_multiple_artifacts",
    "upload_raw_artifacts",
    "session",
    "terminal",
    "refspecs",
    "masking",
    "proxy",
    "raw_variables",
    "artifacts_exclude",
    "multi_build_steps",
    "trace_reset",
    "trace_checksum",
    "trace_size",
    "vault_secrets",
    "cancelable",
    "return_exit_code",
    "service_variables",
    "service_multiple_aliases",
    "image_executor_opts",
    "service_executor_opts",
    "cancel_gracefully",
    "native_steps_integration",
    "two_phase_job_commit",
    "job_inputs",
];

/// The set of features a runner has. Names nobody knows are kept; a value other than `true` is no.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features(BTreeSet<String>);

impl Features {
    /// The set with exactly these names.
    pub fn new<I: IntoIterator<Item = S>, S: Into<String>>(names: I) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// Whether the runner has the feature.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Serialize for Features {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for name in ALL_FEATURES {
            map.serialize_entry(name, &self.has(name))?;
        }
        for name in self.names().filter(|name| !ALL_FEATURES.contains(name)) {
            map.serialize_entry(name, &true)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Features {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Anything but an object means: no features known.
        let Value::Object(members) = Value::deserialize(deserializer)? else {
            return Ok(Self::default());
        };
        let on = members.into_iter().filter(|(_, value)| value == true);
        Ok(Self::new(on.map(|(name, _)| name)))
    }
}
