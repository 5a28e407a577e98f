//! The instance's settings: what was set through the API, over the limits the server was started with.
//!
//! They are one row of the database, read again after [`MAX_AGE_SECONDS`] at most, so that every node works
//! by them within a second. What must hold at once (the size of an upload, what expires) is read in the
//! transaction that decides.

mod cache;
mod change;
mod statistics;
mod stored;

pub(crate) use cache::Cache;
pub use change::SettingsChange;

use crate::identity::users::require_admin;
use crate::limits::Limits;
use crate::{Caller, Engine, Error, Result};
use pipewright_ci_config::duration::{Expiry, parse_or_never};
use pipewright_model::{Project, Visibility};
use pipewright_store::Tx;
use std::sync::Arc;
use stored::Stored;

/// Seconds for which settings that were read count as current.
pub const MAX_AGE_SECONDS: i64 = 1;
/// Projects a user may have in his own namespace, unless set otherwise.
const PROJECTS_LIMIT: i64 = 100_000;

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Bounds and intervals, with what was set over them.
    pub limits: Limits,
    /// Projects a user may have in his own namespace. Default 100,000.
    pub projects_limit: i64,
    /// What a new project is where nobody says; `None` leaves it to its group, and private elsewhere.
    pub project_visibility: Option<Visibility>,
    /// What a new group is where nobody says; `None` leaves it to the group above, and private at the top.
    pub group_visibility: Option<Visibility>,
    /// First branch of a new project where nobody says; `None` is `main`.
    pub branch: Option<String>,
    /// How long artifacts without `expire_in` are kept, in words; `0` for ever.
    pub artifacts_expire_in: String,
    /// The newest successful pipeline's artifacts are kept, in projects that keep them. Default yes.
    pub keep_latest_artifact: bool,
    /// New users are external where nobody says. Default no.
    pub external_users: bool,
}

impl Settings {
    /// What was stored, over what the server was started with.
    fn of(stored: &Stored, limits: &Limits) -> Self {
        let mut limits = limits.clone();
        set(&mut limits.artifact_bytes, stored.max_artifacts_size.map(|megabytes| (megabytes as u64) << 20));
        set(&mut limits.config_bytes, stored.max_yaml_size_bytes.map(|bytes| bytes as u64));
        set(&mut limits.includes_bytes, stored.ci_max_total_yaml_size_bytes.map(|bytes| bytes as u64));
        let calls = stored.project_jobs_api_rate_limit.map(|calls| u32::try_from(calls).unwrap_or(u32::MAX));
        set(&mut limits.job_lists_per_minute, calls);
        let token = stored.runner_token_expiration_interval.map(|seconds| (seconds > 0).then_some(seconds));
        set(&mut limits.runner_token_seconds, token);
        if let Some(text) = &stored.default_artifacts_expire_in {
            limits.artifacts_expire_in = expiry(text).filter(|seconds| *seconds > 0);
        }
        let words = || limits.artifacts_expire_in.map_or("0".to_owned(), |seconds| format!("{seconds} seconds"));
        let artifacts_expire_in = stored.default_artifacts_expire_in.clone().unwrap_or_else(words);
        Self {
            projects_limit: stored.default_projects_limit.unwrap_or(PROJECTS_LIMIT),
            project_visibility: stored.default_project_visibility.as_deref().and_then(|word| word.parse().ok()),
            group_visibility: stored.default_group_visibility.as_deref().and_then(|word| word.parse().ok()),
            branch: stored.default_branch_name.clone(),
            artifacts_expire_in,
            keep_latest_artifact: stored.keep_latest_artifact.unwrap_or(true),
            external_users: stored.user_default_external.unwrap_or(false),
            limits,
        }
    }

    /// What a project or group is that nobody chose a visibility for: the default, but never wider than
    /// what is above it.
    pub(crate) fn visibility(default: Option<Visibility>, above: Option<Visibility>) -> Visibility {
        match (default, above) {
            (Some(default), Some(above)) => default.min(above),
            (default, above) => default.or(above).unwrap_or(Visibility::Private),
        }
    }
}

fn set<T>(limit: &mut T, wanted: Option<T>) {
    if let Some(wanted) = wanted {
        *limit = wanted;
    }
}

/// Seconds artifacts are kept, 0 for ever; `None` if the text is no duration.
fn expiry(text: &str) -> Option<i64> {
    match text.trim() {
        "0" => Some(0),
        text => parse_or_never(text).map(|expiry| match expiry {
            Expiry::Never => 0,
            Expiry::After(seconds) => seconds,
        }),
    }
}

/// The settings in force, as this transaction sees them.
pub(crate) fn read(tx: &Tx<'_>, limits: &Limits) -> Result<Settings> {
    Ok(Settings::of(&stored::read(tx)?, limits))
}

/// Whether the newest successful pipeline's artifacts of a project are kept: both the instance and the
/// project have a say.
pub(crate) fn keeps_latest(tx: &Tx<'_>, project: &Project) -> Result<bool> {
    Ok(project.settings.keep_latest_artifact && stored::read(tx)?.keep_latest_artifact.unwrap_or(true))
}

impl Engine {
    /// The settings in force, at most a second old.
    pub async fn settings(&self) -> Result<Arc<Settings>> {
        let now = self.clock.now();
        if let Some(known) = self.inner.settings.get(now) {
            return Ok(known);
        }
        let (generation, limits) = (self.inner.settings.generation(), self.limits.clone());
        let settings = Arc::new(self.db.read(move |tx| read(tx, &limits)).await?);
        self.inner.settings.insert(generation, now, Arc::clone(&settings));
        Ok(settings)
    }

    /// The settings, for administrators.
    pub async fn instance_settings(&self, caller: &Caller) -> Result<Settings> {
        require_admin(caller)?;
        let limits = self.limits.clone();
        self.db.read(move |tx| read(tx, &limits)).await
    }

    /// Changes settings; administrators. On this node the change holds from here on, on others within a second.
    pub async fn change_instance_settings(&self, caller: &Caller, change: SettingsChange) -> Result<Settings> {
        require_admin(caller)?;
        let limits = self.limits.clone();
        let changed = self
            .db
            .write(move |tx| {
                let mut stored = stored::read(tx)?;
                change::apply(&mut stored, &change)?;
                stored::write(tx, &stored)?;
                Ok::<_, Error>(Settings::of(&stored, &limits))
            })
            .await;
        self.inner.settings.forget();
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::{Settings, Stored, expiry};
    use crate::limits::Limits;
    use pipewright_model::Visibility;

    #[test]
    fn what_was_set_beats_the_servers_limits_and_the_rest_is_theirs() {
        let limits = Limits { artifact_bytes: 7, trace_bytes: 8, artifacts_expire_in: Some(60), ..Limits::default() };
        let plain = Settings::of(&Stored::default(), &limits);
        assert_eq!((plain.limits.artifact_bytes, plain.artifacts_expire_in.as_str()), (7, "60 seconds"));
        let stored = Stored {
            max_artifacts_size: Some(2),
            default_artifacts_expire_in: Some("0".to_owned()),
            ..Stored::default()
        };
        let set = Settings::of(&stored, &limits).limits;
        assert_eq!((set.artifact_bytes, set.trace_bytes, set.artifacts_expire_in), (2 << 20, 8, None));
    }

    #[test]
    fn a_default_is_never_wider_than_the_group_above() {
        let (private, public) = (Visibility::Private, Visibility::Public);
        assert_eq!(Settings::visibility(None, None), private);
        assert_eq!(Settings::visibility(None, Some(public)), public);
        assert_eq!(Settings::visibility(Some(public), Some(private)), private);
        assert_eq!(Settings::visibility(Some(private), Some(public)), private);
        assert_eq!(Settings::visibility(Some(public), None), public);
    }

    #[test]
    fn zero_keeps_for_ever() {
        assert_eq!(expiry("0"), Some(0));
        assert_eq!(expiry("never"), Some(0));
        assert_eq!(expiry("1 day"), Some(86_400));
        assert_eq!(expiry("soon"), None);
    }
}
