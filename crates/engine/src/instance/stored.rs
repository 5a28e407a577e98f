//! The settings somebody set, as the database keeps them.

use crate::{Error, Result};
use pipewright_store::{Tx, settings};
use serde::{Deserialize, Serialize};

/// Name of the row.
const KEY: &str = "application";

/// What was set, by the API's names; everything else is as the server was started. Names that a newer
/// version wrote are read over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Stored {
    pub(super) max_artifacts_size: Option<i64>,
    pub(super) default_artifacts_expire_in: Option<String>,
    pub(super) keep_latest_artifact: Option<bool>,
    pub(super) default_project_visibility: Option<String>,
    pub(super) default_group_visibility: Option<String>,
    pub(super) default_branch_name: Option<String>,
    pub(super) default_projects_limit: Option<i64>,
    pub(super) user_default_external: Option<bool>,
    pub(super) max_yaml_size_bytes: Option<i64>,
    pub(super) ci_max_total_yaml_size_bytes: Option<i64>,
    pub(super) project_jobs_api_rate_limit: Option<i64>,
    pub(super) runner_token_expiration_interval: Option<i64>,
}

pub(super) fn read(tx: &Tx<'_>) -> Result<Stored> {
    let Some(text) = settings::get(tx, KEY)? else { return Ok(Stored::default()) };
    serde_json::from_str(&text).map_err(|error| Error::Internal(format!("the instance's settings: {error}")))
}

pub(super) fn write(tx: &Tx<'_>, stored: &Stored) -> Result<()> {
    let text = serde_json::to_string(stored).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(settings::set(tx, KEY, &text)?)
}
