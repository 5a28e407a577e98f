//! Lists of runners (runner protocol §3).

use super::rights;
use crate::access::{Ability, NamespaceRef, ProjectRef, find_project, group_with_role};
use crate::{Caller, Engine, Result};
use pipewright_model::{AccessLevel, NamespaceId, Runner, RunnerId, Timestamp, User, UserId};
use pipewright_store::runner_lists::{self, Whose};
use pipewright_store::{Page, Tx, job_lists, namespaces, users};
use std::collections::{HashMap, HashSet};

pub use pipewright_store::runner_lists::RunnerFilter;

/// Some runners, and what lists show of them.
#[derive(Clone, Debug)]
pub struct RunnerPage {
    /// The runners, in order.
    pub runners: Vec<Runner>,
    /// Runners in the whole list.
    pub total: i64,
    /// What each one's program calls itself, on the machine heard of last.
    pub names: HashMap<RunnerId, String>,
    /// Who made them.
    pub makers: HashMap<UserId, User>,
    /// Those that have a job just now.
    pub busy: HashSet<RunnerId>,
    /// When all this was true.
    pub now: Timestamp,
}

impl RunnerPage {
    /// Reads what the runners show.
    pub(super) fn read(tx: &Tx<'_>, runners: Vec<Runner>, total: i64, now: Timestamp) -> Result<Self> {
        let ids: Vec<RunnerId> = runners.iter().map(|runner| runner.id).collect();
        let makers: HashSet<UserId> = runners.iter().filter_map(|runner| runner.created_by).collect();
        let makers: Vec<UserId> = makers.into_iter().collect();
        let makers = if makers.is_empty() { Vec::new() } else { users::by_ids(tx, &makers)? };
        Ok(Self {
            total,
            names: runner_lists::names(tx, &ids)?.into_iter().collect(),
            makers: makers.into_iter().map(|user| (user.id, user)).collect(),
            busy: job_lists::executing(tx, &ids)?.into_iter().map(|(runner, _)| runner).collect(),
            runners,
            now,
        })
    }

    fn list(tx: &Tx<'_>, filter: &RunnerFilter, page: Page, now: Timestamp) -> Result<Self> {
        let found = runner_lists::list(tx, filter, now, page)?;
        Self::read(tx, found.items, found.total, now)
    }
}

impl Engine {
    /// Runners of the projects the caller maintains and of the groups he owns.
    pub async fn own_runners(&self, caller: &Caller, filter: RunnerFilter, page: Page) -> Result<RunnerPage> {
        let user = rights::person(caller)?.id;
        let filter = RunnerFilter { whose: Whose::ManagedBy(user), ..filter };
        let now = self.clock.now();
        self.db.read(move |tx| RunnerPage::list(tx, &filter, page, now)).await
    }

    /// Every runner, for administrators.
    pub async fn all_runners(&self, caller: &Caller, filter: RunnerFilter, page: Page) -> Result<RunnerPage> {
        rights::administrator(caller)?;
        let filter = RunnerFilter { whose: Whose::All, ..filter };
        let now = self.clock.now();
        self.db.read(move |tx| RunnerPage::list(tx, &filter, page, now)).await
    }

    /// The runners that may take a project's jobs, for its maintainers.
    pub async fn project_runners(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        filter: RunnerFilter,
        page: Page,
    ) -> Result<RunnerPage> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        self.db
            .read(move |tx| {
                rights::person(&caller)?;
                let project = find_project(tx, &caller, &project, Ability::AdminProject)?;
                let settings = &project.settings;
                let groups = if settings.group_runners_enabled { chain(tx, project.namespace_id)? } else { Vec::new() };
                let whose =
                    Whose::Reaching { projects: vec![project.id], groups, instance: settings.shared_runners_enabled };
                RunnerPage::list(tx, &RunnerFilter { whose, ..filter.clone() }, page, now)
            })
            .await
    }

    /// The runners of a group and of the groups above it, for its maintainers.
    pub async fn group_runners(
        &self,
        caller: &Caller,
        group: &NamespaceRef,
        filter: RunnerFilter,
        page: Page,
    ) -> Result<RunnerPage> {
        let (caller, group, now) = (caller.clone(), group.clone(), self.clock.now());
        self.db
            .read(move |tx| {
                rights::person(&caller)?;
                let group = group_with_role(tx, &caller, &group, AccessLevel::Maintainer)?;
                let whose = Whose::Reaching { projects: Vec::new(), groups: chain(tx, group.id)?, instance: false };
                RunnerPage::list(tx, &RunnerFilter { whose, ..filter.clone() }, page, now)
            })
            .await
    }
}

/// A namespace and all above it.
fn chain(tx: &Tx<'_>, id: NamespaceId) -> Result<Vec<NamespaceId>> {
    Ok(namespaces::chain(tx, id)?.into_iter().map(|namespace| namespace.id).collect())
}
