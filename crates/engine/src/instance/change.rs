//! Changing the instance's settings.

use super::expiry;
use super::stored::Stored;
use crate::{Error, Result};
use pipewright_model::Visibility;

/// Largest size in MiB and largest number of bytes: a TiB.
const MOST_BYTES: i64 = 1 << 40;
const MOST_MEGABYTES: i64 = MOST_BYTES >> 20;
/// Largest number of calls in a minute, of projects and of seconds.
const MOST: i64 = i32::MAX as i64;

/// What to change, by the API's names; `None` leaves a setting as it is.
#[derive(Clone, Debug, Default)]
pub struct SettingsChange {
    /// Largest artifact archive, MiB.
    pub max_artifacts_size: Option<i64>,
    /// How long artifacts without `expire_in` are kept; `0` for ever.
    pub default_artifacts_expire_in: Option<String>,
    /// The newest successful pipeline's artifacts are kept.
    pub keep_latest_artifact: Option<bool>,
    /// What a new project is where nobody says.
    pub default_project_visibility: Option<Visibility>,
    /// What a new group is where nobody says.
    pub default_group_visibility: Option<Visibility>,
    /// First branch of a new project; empty for `main`.
    pub default_branch_name: Option<String>,
    /// Projects a user may have in his own namespace.
    pub default_projects_limit: Option<i64>,
    /// New users are external where nobody says.
    pub user_default_external: Option<bool>,
    /// Largest pipeline file or include, bytes.
    pub max_yaml_size_bytes: Option<i64>,
    /// All files of one pipeline together, bytes.
    pub ci_max_total_yaml_size_bytes: Option<i64>,
    /// Calls of a project's job list by one user in a minute; 0 is no limit.
    pub project_jobs_api_rate_limit: Option<i64>,
    /// Seconds a runner's token lives; 0 for ever.
    pub runner_token_expiration_interval: Option<i64>,
}

/// Lays a change over what is stored; refuses all of it where one value cannot be.
pub(super) fn apply(stored: &mut Stored, change: &SettingsChange) -> Result<()> {
    let mut faults = Faults(Vec::new());
    faults.number("max_artifacts_size", change.max_artifacts_size, 1, MOST_MEGABYTES);
    faults.number("default_projects_limit", change.default_projects_limit, 0, MOST);
    faults.number("max_yaml_size_bytes", change.max_yaml_size_bytes, 1, MOST_BYTES);
    faults.number("ci_max_total_yaml_size_bytes", change.ci_max_total_yaml_size_bytes, 1, MOST_BYTES);
    faults.number("project_jobs_api_rate_limit", change.project_jobs_api_rate_limit, 0, MOST);
    faults.number("runner_token_expiration_interval", change.runner_token_expiration_interval, 0, MOST);
    if let Some(text) = &change.default_artifacts_expire_in {
        faults.duration("default_artifacts_expire_in", text);
    }
    let branch = change.default_branch_name.as_deref().filter(|name| !name.is_empty());
    if branch.is_some_and(|name| pipewright_git::check_branch(name).is_err()) {
        faults.add("default_branch_name", "is not a valid branch name".to_owned());
    }
    faults.done()?;
    let word = |visibility: Option<Visibility>| visibility.map(|visibility| visibility.to_string());
    lay(&mut stored.max_artifacts_size, change.max_artifacts_size);
    lay(&mut stored.default_artifacts_expire_in, change.default_artifacts_expire_in.clone());
    lay(&mut stored.keep_latest_artifact, change.keep_latest_artifact);
    lay(&mut stored.default_project_visibility, word(change.default_project_visibility));
    lay(&mut stored.default_group_visibility, word(change.default_group_visibility));
    lay(&mut stored.default_projects_limit, change.default_projects_limit);
    lay(&mut stored.user_default_external, change.user_default_external);
    lay(&mut stored.max_yaml_size_bytes, change.max_yaml_size_bytes);
    lay(&mut stored.ci_max_total_yaml_size_bytes, change.ci_max_total_yaml_size_bytes);
    lay(&mut stored.project_jobs_api_rate_limit, change.project_jobs_api_rate_limit);
    lay(&mut stored.runner_token_expiration_interval, change.runner_token_expiration_interval);
    if change.default_branch_name.is_some() {
        stored.default_branch_name = branch.map(ToOwned::to_owned);
    }
    Ok(())
}

fn lay<T>(stored: &mut Option<T>, wanted: Option<T>) {
    if wanted.is_some() {
        *stored = wanted;
    }
}

/// Every fault of a change, by its field.
struct Faults(Vec<(String, String)>);

impl Faults {
    fn add(&mut self, field: &str, what: String) {
        self.0.push((field.to_owned(), what));
    }

    fn number(&mut self, field: &str, number: Option<i64>, least: i64, most: i64) {
        match number {
            Some(number) if number < least && least == 1 => self.add(field, "must be greater than 0".to_owned()),
            Some(number) if number < least => self.add(field, format!("must be greater than or equal to {least}")),
            Some(number) if number > most => self.add(field, format!("must be less than or equal to {most}")),
            _ => {}
        }
    }

    fn duration(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.add(field, "can't be blank".to_owned());
        } else if text.len() > 255 || expiry(text).is_none() {
            self.add(field, "is not a correct duration".to_owned());
        }
    }

    fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}
