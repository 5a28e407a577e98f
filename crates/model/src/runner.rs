//! Runners, and the machines they run on.

use crate::{RunnerId, RunnerManagerId, Timestamp, UserId, words::words};

words! {
    /// Whose jobs a runner takes.
    RunnerType {
        /// Every project's.
        Instance = "instance_type",
        /// Those of a group and all below it.
        Group = "group_type",
        /// Those of the projects it is assigned to.
        Project = "project_type",
    }
}

impl RunnerType {
    /// The digit in the token: `glrt-t1_…`.
    pub const fn digit(self) -> u8 {
        match self {
            Self::Instance => 1,
            Self::Group => 2,
            Self::Project => 3,
        }
    }
}

/// Two hours without contact make a runner offline (runner protocol §2.8).
pub const ONLINE_SECONDS: i64 = 2 * 3600;
/// A week without contact makes it stale.
pub const STALE_SECONDS: i64 = 7 * 86_400;

/// A runner, as registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runner {
    /// Unique id.
    pub id: RunnerId,
    /// Whose jobs it takes.
    pub runner_type: RunnerType,
    /// First characters of the token, to recognise it by.
    pub short_token: String,
    /// Purpose for people.
    pub description: String,
    /// Notes for people, at most 1024 characters.
    pub maintenance_note: Option<String>,
    /// Takes jobs (not paused).
    pub active: bool,
    /// May not be assigned to further projects.
    pub locked: bool,
    /// Takes jobs without tags.
    pub run_untagged: bool,
    /// Takes only jobs of protected refs.
    pub ref_protected: bool,
    /// Upper bound for jobs' timeouts, seconds.
    pub maximum_timeout: Option<i64>,
    /// Tags, as given.
    pub tags: Vec<String>,
    /// Registered with a registration token rather than made by a user.
    pub legacy: bool,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last call.
    pub contacted_at: Option<Timestamp>,
    /// When its token ends; `None` never.
    pub token_expires_at: Option<Timestamp>,
}

/// One machine on which a runner's token is used (runner protocol §2.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunnerManager {
    /// Unique id.
    pub id: RunnerManagerId,
    /// The runner.
    pub runner_id: RunnerId,
    /// The machine's own name for itself; `<legacy>` when it sent none.
    pub system_id: String,
    /// Program's version, with the other facts the runner tells; `None` when it did not.
    pub version: Option<String>,
    /// Program's revision.
    pub revision: Option<String>,
    /// Operating system.
    pub platform: Option<String>,
    /// Processor.
    pub architecture: Option<String>,
    /// Program's name.
    pub name: Option<String>,
    /// Executor.
    pub executor: Option<String>,
    /// Address it calls from.
    pub ip_address: Option<String>,
    /// Names of the features it advertises as true.
    pub features: Vec<String>,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// Last call.
    pub contacted_at: Option<Timestamp>,
}

words! {
    /// What the API says of a runner.
    RunnerStatus {
        /// Heard of within two hours.
        Online = "online",
        /// Not heard of for two hours.
        Offline = "offline",
        /// Not heard of for a week.
        Stale = "stale",
        /// Never heard of.
        NeverContacted = "never_contacted",
        /// Switched off.
        Paused = "paused",
    }
}

/// Status by contact alone, for runners and managers (runner protocol §2.8).
pub fn contact_status(created_at: Timestamp, contacted_at: Option<Timestamp>, now: Timestamp) -> RunnerStatus {
    let stale = now.plus_seconds(-STALE_SECONDS);
    match contacted_at {
        _ if created_at < stale && contacted_at.is_none_or(|at| at < stale) => RunnerStatus::Stale,
        None => RunnerStatus::NeverContacted,
        Some(at) if at > now.plus_seconds(-ONLINE_SECONDS) => RunnerStatus::Online,
        Some(_) => RunnerStatus::Offline,
    }
}
