//! Resource groups: who gets a free resource, and who waits for it (CI YAML contract §8).

use crate::access::{self, Ability, ProjectRef};
use crate::pipelines::process::{self, Cause};
use crate::pipelines::rings::Rings;
use crate::reading::JobPage;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{Job, JobId, Status};
use pipewright_pipeline::resource::ProcessMode;
use pipewright_store::{Listed, Page, Tx, jobs, queue, resource_groups};

pub use pipewright_store::resource_groups::ResourceGroup;

/// A mode's word.
pub(crate) const fn word(mode: ProcessMode) -> &'static str {
    match mode {
        ProcessMode::Unordered => "unordered",
        ProcessMode::OldestFirst => "oldest_first",
        ProcessMode::NewestFirst => "newest_first",
        ProcessMode::NewestReadyFirst => "newest_ready_first",
    }
}

/// The mode of that word.
pub fn mode(word: &str) -> Option<ProcessMode> {
    use ProcessMode::{NewestFirst, NewestReadyFirst, OldestFirst, Unordered};
    [Unordered, OldestFirst, NewestFirst, NewestReadyFirst].into_iter().find(|mode| self::word(*mode) == word)
}

/// Whether a job in that status has the resource of its group.
pub(crate) fn holds(status: Status) -> bool {
    status.is_executing() || matches!(status, Status::Pending | Status::Preparing | Status::WaitingForCallback)
}

impl Engine {
    /// A project's groups; developers.
    pub async fn resource_groups(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        page: Page,
    ) -> Result<Listed<ResourceGroup>> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::UpdateJobs)?;
                Ok(resource_groups::list(tx, project.id, page)?)
            })
            .await
    }

    /// One group by its key; developers.
    pub async fn resource_group(&self, caller: &Caller, project: &ProjectRef, key: &str) -> Result<ResourceGroup> {
        let (caller, project, key) = (caller.clone(), project.clone(), key.to_owned());
        self.db.read(move |tx| find(tx, &caller, &project, &key).map(|(_, group)| group)).await
    }

    /// Says who gets a free resource from now on, and lets whoever that is go; developers.
    pub async fn set_process_mode(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        key: &str,
        mode: Option<ProcessMode>,
    ) -> Result<ResourceGroup> {
        let (caller, project, key) = (caller.clone(), project.clone(), key.to_owned());
        let cause = Cause { now: self.clock.now(), actor: None };
        let (group, rings) = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                let (_, group) = find(tx, &caller, &project, &key)?;
                let Some(mode) = mode else { return Ok((group, rings)) };
                resource_groups::set_mode(tx, group.id, word(mode), cause.now)?;
                process::offer_resource(tx, &mut rings, cause, group.project_id, &key)?;
                let group = resource_groups::by_key(tx, group.project_id, &key)?.ok_or_else(Error::record)?;
                Ok::<_, Error>((group, rings))
            })
            .await?;
        rings.ring(&self.bells);
        Ok(group)
    }

    /// The job that has the group's resource, if one has; developers.
    pub async fn resource_holder(&self, caller: &Caller, project: &ProjectRef, key: &str) -> Result<JobPage> {
        let (caller, project, key, now) = (caller.clone(), project.clone(), key.to_owned(), self.moment());
        self.db
            .read(move |tx| {
                let (project, group) = find(tx, &caller, &project, &key)?;
                let members = queue::in_resource_group(tx, project.id, &group.key)?;
                let holder = members.into_iter().find(|(_, _, status)| holds(*status));
                let jobs = read(tx, holder.into_iter().map(|(job, _, _)| job))?;
                JobPage::read(tx, project, jobs, now)
            })
            .await
    }

    /// Jobs the group's mode looks at when the resource is free, the next one first, and how many; developers.
    pub async fn resource_queue(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        key: &str,
        page: Page,
    ) -> Result<(JobPage, i64)> {
        let (caller, project, key, now) = (caller.clone(), project.clone(), key.to_owned(), self.moment());
        self.db
            .read(move |tx| {
                let (project, group) = find(tx, &caller, &project, &key)?;
                let members = queue::in_resource_group(tx, project.id, &group.key)?;
                let queue = upcoming(mode(&group.process_mode).unwrap_or_default(), members);
                let (skip, take) = (page.offset.max(0) as usize, page.limit.max(0) as usize);
                let total = queue.len() as i64;
                let jobs = read(tx, queue.into_iter().skip(skip).take(take))?;
                Ok((JobPage::read(tx, project, jobs, now)?, total))
            })
            .await
    }
}

/// In the order in which the mode lets them go.
fn upcoming(mode: ProcessMode, members: Vec<(JobId, i64, Status)>) -> Vec<JobId> {
    let ready = matches!(mode, ProcessMode::Unordered | ProcessMode::NewestReadyFirst);
    let counts = |status: Status| match status {
        Status::WaitingForResource => true,
        Status::Created | Status::Scheduled => !ready,
        _ => false,
    };
    let mut members: Vec<_> = members.into_iter().filter(|(_, _, status)| counts(*status)).collect();
    match mode {
        ProcessMode::Unordered => {}
        ProcessMode::OldestFirst => members.sort_by_key(|(job, pipeline, _)| (*pipeline, *job)),
        ProcessMode::NewestFirst | ProcessMode::NewestReadyFirst => {
            members.sort_by_key(|(job, pipeline, _)| (std::cmp::Reverse(*pipeline), *job));
        }
    }
    members.into_iter().map(|(job, _, _)| job).collect()
}

fn read(tx: &Tx<'_>, ids: impl Iterator<Item = JobId>) -> Result<Vec<Job>> {
    let mut found = Vec::new();
    for id in ids {
        found.extend(jobs::get(tx, id)?);
    }
    Ok(found)
}

fn find(
    tx: &Tx<'_>,
    caller: &Caller,
    project: &ProjectRef,
    key: &str,
) -> Result<(pipewright_model::Project, ResourceGroup)> {
    let project = access::find_project(tx, caller, project, Ability::UpdateJobs)?;
    let group = resource_groups::by_key(tx, project.id, key)?.ok_or_else(Error::record)?;
    Ok((project, group))
}
