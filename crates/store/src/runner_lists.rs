//! Lists of runners, and of the jobs a runner took.

use crate::filter::{Filter, Listed, Page};
use crate::job_pages::Start;
use crate::namespaces::MINE;
use crate::{Result, jobs, runners, tx::Tx, users::count};
use pipewright_model::runner::{ONLINE_SECONDS, RunnerStatus, STALE_SECONDS};
use pipewright_model::{
    AccessLevel, Job, NamespaceId, ProjectId, Runner, RunnerId, RunnerType, Status, Timestamp, UserId,
};

/// Whose runners are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// Every runner of the server.
    #[default]
    All,
    /// Those of the projects a user maintains and of the groups he owns.
    ManagedBy(UserId),
    /// Those assigned to any of these.
    Reaching {
        /// Assigned to one of these projects.
        projects: Vec<ProjectId>,
        /// Assigned to one of these groups.
        groups: Vec<NamespaceId>,
        /// The instance's too.
        instance: bool,
    },
}

/// Which runners to list; by default all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunnerFilter {
    /// Whose.
    pub whose: Whose,
    /// Of one of these types; empty for all.
    pub types: Vec<RunnerType>,
    /// By when they were last heard of ([`pipewright_model::runner::contact_status`]).
    pub contact: Option<RunnerStatus>,
    /// Only those that take jobs, or only paused ones.
    pub active: Option<bool>,
    /// Those that have all these tags.
    pub tags: Vec<String>,
    /// Those with a machine whose program's version begins with this.
    pub version_prefix: Option<String>,
}

/// Characters kept of a program's version.
const LONGEST_VERSION: usize = 2048;

/// Runners that pass the filter, the newest first.
pub fn list(tx: &Tx<'_>, wanted: &RunnerFilter, now: Timestamp, page: Page) -> Result<Listed<Runner>> {
    let mut filter = Filter::default();
    whose(&mut filter, &wanted.whose);
    if !wanted.types.is_empty() {
        filter.and_in("runners.runner_type", wanted.types.iter().copied());
    }
    if let Some(active) = wanted.active {
        filter.and("runners.active = ?", [active.into()]);
    }
    if let Some(status) = wanted.contact {
        contact(&mut filter, status, now);
    }
    for tag in &wanted.tags {
        // The tags are a list in JSON: one stands there in quotes. Unlike LIKE, REPLACE minds the case everywhere.
        let quoted = serde_json::Value::String(tag.clone()).to_string();
        filter.and("REPLACE(runners.tags, ?, '') <> runners.tags", [quoted.into()]);
    }
    if let Some(prefix) = &wanted.version_prefix {
        // The length stands in the text: PostgreSQL wants a narrower number here than parameters are.
        let length = prefix.chars().count().min(LONGEST_VERSION + 1);
        let begins = format!("SUBSTR(m.version, 1, {length}) = ?");
        filter.and(
            &format!("EXISTS (SELECT 1 FROM runner_managers m WHERE m.runner_id = runners.id AND {begins})"),
            [prefix.into()],
        );
    }
    let total = count(tx, "runners", &filter)?;
    filter.push(" ORDER BY runners.id DESC", []);
    filter.page(page);
    let sql = format!("SELECT {} FROM runners{}", runners::COLUMNS, filter.text());
    Ok(Listed { items: tx.query(&sql, filter.values(), runners::read)?, total })
}

fn whose(filter: &mut Filter, whose: &Whose) {
    match whose {
        Whose::All => {}
        Whose::ManagedBy(user) => {
            let mine = MINE.replace("namespace_id IS NOT NULL", "namespace_id IS NOT NULL AND access_level >= ?");
            let (user, owner, maintainer) = (*user, AccessLevel::Owner, AccessLevel::Maintainer);
            filter.and(
                &format!(
                    "(runners.id IN (SELECT runner_id FROM runner_namespaces WHERE namespace_id IN ({mine})) \
                     OR runners.id IN (SELECT a.runner_id FROM runner_projects a JOIN projects p ON p.id = a.project_id \
                     WHERE p.deleted_at IS NULL AND (p.namespace_id IN ({mine}) OR p.id IN (SELECT project_id \
                     FROM members WHERE user_id = ? AND project_id IS NOT NULL AND access_level >= ?))))"
                ),
                [
                    user.into(),
                    user.into(),
                    owner.into(),
                    user.into(),
                    user.into(),
                    maintainer.into(),
                    user.into(),
                    maintainer.into(),
                ],
            );
        }
        Whose::Reaching { projects, groups, instance } => {
            // Ids are numbers: they may stand in the text, and lists of them may be empty.
            let projects = numbers(projects.iter().map(|id| id.0));
            let groups = numbers(groups.iter().map(|id| id.0));
            let instance = if *instance { " OR runners.runner_type = 'instance_type'" } else { "" };
            filter.and(
                &format!(
                    "(runners.id IN (SELECT runner_id FROM runner_projects WHERE project_id IN ({projects})) \
                     OR runners.id IN (SELECT runner_id FROM runner_namespaces WHERE namespace_id IN ({groups})){instance})"
                ),
                [],
            );
        }
    }
}

/// `1, 2, 3`, or what is no id.
fn numbers(ids: impl Iterator<Item = i64>) -> String {
    let list: Vec<String> = ids.map(|id| id.to_string()).collect();
    if list.is_empty() { "0".to_owned() } else { list.join(", ") }
}

/// Made and last heard of before the time given twice.
const IS_STALE: &str = "runners.created_at < ? AND (runners.contacted_at IS NULL OR runners.contacted_at < ?)";

/// The rules of `contact_status`, as conditions.
fn contact(filter: &mut Filter, status: RunnerStatus, now: Timestamp) {
    let stale = now.plus_seconds(-STALE_SECONDS);
    let online = now.plus_seconds(-ONLINE_SECONDS);
    match status {
        RunnerStatus::Stale => filter.and(&format!("({IS_STALE})"), [stale.into(), stale.into()]),
        RunnerStatus::NeverContacted => {
            filter.and("runners.contacted_at IS NULL AND runners.created_at >= ?", [stale.into()]);
        }
        RunnerStatus::Online => filter.and("runners.contacted_at > ?", [online.into()]),
        RunnerStatus::Offline => {
            filter.and("runners.contacted_at <= ?", [online.into()]);
            filter.and(&format!("NOT ({IS_STALE})"), [stale.into(), stale.into()]);
        }
        RunnerStatus::Paused => filter.and("runners.active = 0", []),
    }
}

/// What the machines of these runners call their program, the machine heard of last at the end.
pub fn names(tx: &Tx<'_>, ids: &[RunnerId]) -> Result<Vec<(RunnerId, String)>> {
    let mut filter = Filter::default();
    filter.and_in("runner_id", ids.iter().copied());
    filter.and("name IS NOT NULL", []);
    let sql =
        format!("SELECT runner_id, name FROM runner_managers{} ORDER BY COALESCE(contacted_at, 0), id", filter.text());
    tx.query(&sql, filter.values(), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Which of a runner's jobs to list.
#[derive(Clone, Debug)]
pub struct RunnerJobFilter {
    /// Whose jobs.
    pub runner: RunnerId,
    /// In this status only.
    pub status: Option<Status>,
    /// Of the machine of that name only.
    pub system_id: Option<String>,
    /// Of these projects only; `None` for all.
    pub projects: Option<Vec<ProjectId>>,
    /// The oldest first.
    pub ascending: bool,
}

/// Jobs a runner took, at most `limit`.
pub fn jobs_of(tx: &Tx<'_>, wanted: &RunnerJobFilter, start: Start, limit: i64) -> Result<Vec<Job>> {
    let mut filter = Filter::default();
    filter.and("jobs.runner_id = ?", [wanted.runner.into()]);
    if let Some(status) = wanted.status {
        filter.and("jobs.status = ?", [status.into()]);
    }
    if let Some(system_id) = &wanted.system_id {
        filter.and(
            "jobs.runner_manager_id IN (SELECT id FROM runner_managers WHERE runner_id = ? AND system_id = ?)",
            [wanted.runner.into(), system_id.into()],
        );
    }
    if let Some(projects) = &wanted.projects {
        filter.and_in("jobs.project_id", projects.iter().copied());
    }
    filter.and("EXISTS (SELECT 1 FROM projects p WHERE p.id = jobs.project_id AND p.deleted_at IS NULL)", []);
    let mut ascending = wanted.ascending;
    match start {
        Start::Offset(_) => {}
        Start::OlderThan(id) => filter.and("jobs.id < ?", [id.into()]),
        Start::NewerThan(id) => {
            filter.and("jobs.id > ?", [id.into()]);
            ascending = true;
        }
    }
    let skip = if let Start::Offset(offset) = start { offset } else { 0 };
    let direction = if ascending { "" } else { " DESC" };
    filter.push(&format!(" ORDER BY jobs.id{direction}"), []);
    filter.page(Page { limit, offset: skip });
    let sql = format!("SELECT {} FROM jobs{}", jobs::COLUMNS, filter.text());
    let mut found = tx.query(&sql, filter.values(), jobs::read)?;
    if matches!(start, Start::NewerThan(_)) {
        found.reverse();
    }
    Ok(found)
}
