//! Upkeep of repositories, on demand and now and then after pushes: one after another, beside everything else. What
//! waits is lost with the server; nothing but disk space and time depends on it.

use crate::access::{Ability, ProjectRef};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{Project, ProjectId};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// How long one repository may take.
const LONGEST: Duration = Duration::from_hours(1);

/// How long packing one repository's refs may take.
const LONGEST_REFS: Duration = Duration::from_mins(2);
/// So many times refs of a repository move until somebody looks whether there is something to tidy up.
const MOVES: u32 = 50;

/// What is to be done to a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Task {
    /// Pack what many pushes left behind, if there is enough of it.
    Tidy,
    /// Pack it anew; what nothing refers to stays for two weeks.
    #[default]
    Eager,
    /// The same, and what nothing refers to goes.
    Prune,
}

/// The repositories that wait, and the one under way.
#[derive(Debug, Default)]
pub(crate) struct Housekeeping {
    asked: Mutex<Asked>,
    bell: Notify,
}

#[derive(Debug, Default)]
struct Asked {
    waiting: VecDeque<ProjectId>,
    /// Waiting or under way.
    tasks: BTreeMap<ProjectId, Task>,
    /// How often refs moved since the last look.
    moves: HashMap<ProjectId, u32>,
}

impl Housekeeping {
    fn asked(&self) -> std::sync::MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False if that repository waits already, or is under way, for more than to be tidied up.
    fn ask(&self, project: ProjectId, task: Task) -> bool {
        let mut asked = self.asked();
        match asked.tasks.insert(project, task) {
            None => asked.waiting.push_back(project),
            // Whoever asks for more gets it, if need be after what is under way.
            Some(Task::Tidy) if task != Task::Tidy => {
                if !asked.waiting.contains(&project) {
                    asked.waiting.push_back(project);
                }
            }
            Some(before) => {
                asked.tasks.insert(project, before);
                return false;
            }
        }
        drop(asked);
        self.bell.notify_one();
        true
    }

    /// Refs of a repository moved.
    pub(crate) fn moved(&self, project: ProjectId) {
        let mut asked = self.asked();
        let moves = asked.moves.entry(project).or_default();
        *moves += 1;
        if *moves >= MOVES {
            asked.moves.remove(&project);
            drop(asked);
            self.ask(project, Task::Tidy);
        }
    }

    fn take(&self) -> Option<(ProjectId, Task)> {
        let mut asked = self.asked();
        let project = asked.waiting.pop_front()?;
        Some((project, asked.tasks.get(&project).copied().unwrap_or_default()))
    }

    async fn next(&self) -> (ProjectId, Task) {
        loop {
            if let Some(next) = self.take() {
                return next;
            }
            self.bell.notified().await;
        }
    }

    fn done(&self, project: ProjectId) {
        let mut asked = self.asked();
        if !asked.waiting.contains(&project) {
            asked.tasks.remove(&project);
        }
    }
}

impl Engine {
    /// Asks for a project's repository to be packed anew, soon; its maintainers. 409 while that is still to be done.
    pub async fn ask_for_housekeeping(&self, caller: &Caller, project: &ProjectRef, task: Task) -> Result<()> {
        caller.require_user()?;
        let project = self.find_project(caller, project, Ability::AdminProject).await?.project;
        if self.inner.housekeeping.ask(project.id, task) {
            return Ok(());
        }
        Err(Error::Conflict(
            "Somebody already triggered housekeeping for this resource in the past 1440 minutes".to_owned(),
        ))
    }

    /// Does what was asked for, until told to stop; first of all what a dead server did not come to.
    pub(crate) async fn housekeeping_loop(self, mut stopped: watch::Receiver<bool>) {
        if let Err(error) = self.git.sweep().await {
            tracing::warn!(%error, "what is left of deleted repositories could not be removed");
        }
        while !*stopped.borrow() {
            let (project, task) = tokio::select! {
                next = self.inner.housekeeping.next() => next,
                _ = stopped.changed() => continue,
            };
            match self.housekeep(project, task, &mut stopped).await {
                Ok(()) => tracing::debug!(project = project.0, "a repository was packed anew"),
                Err(error) => tracing::error!(project = project.0, %error, "a repository could not be packed anew"),
            }
            self.inner.housekeeping.done(project);
        }
    }

    async fn housekeep(&self, project: ProjectId, task: Task, stopped: &mut watch::Receiver<bool>) -> Result<()> {
        let repository = self.git.repository(&Project::repository_of(project))?;
        if !repository.exists() {
            return Ok(());
        }
        // Not to be ended by a stop: it would leave a lock. Where it hangs, the folder does.
        let refs = tokio::time::timeout(LONGEST_REFS, repository.pack_refs());
        refs.await.map_err(|_| Error::Internal("packing the refs took longer than two minutes".to_owned()))??;
        let packed = tokio::time::timeout(LONGEST, async {
            match task {
                Task::Tidy => repository.maintain().await,
                Task::Eager => repository.repack(false).await,
                Task::Prune => repository.repack(true).await,
            }
        });
        // Dropping it ends its git, which loses work and nothing else.
        tokio::select! {
            packed = packed => {
                let long = || Error::Internal("it took longer than an hour and was given up".to_owned());
                Ok(packed.map_err(|_| long())??)
            }
            _ = stopped.wait_for(|stopped| *stopped) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Housekeeping, MOVES, Task};
    use pipewright_model::ProjectId;

    #[tokio::test]
    async fn a_repository_waits_once_and_in_turn() {
        let queue = Housekeeping::default();
        let (one, two) = (ProjectId(1), ProjectId(2));
        assert!(queue.ask(two, Task::Prune) && queue.ask(one, Task::Eager));
        assert!(!queue.ask(two, Task::Eager), "it waits");
        assert_eq!(queue.next().await, (two, Task::Prune));
        assert!(!queue.ask(two, Task::Eager), "it is under way");
        queue.done(two);
        assert!(queue.ask(two, Task::Eager));
        assert_eq!(queue.next().await, (one, Task::Eager));
        assert_eq!(queue.next().await, (two, Task::Eager));
        assert_eq!(queue.take(), None);
    }

    #[tokio::test]
    async fn a_repository_is_tidied_up_now_and_then_and_more_may_be_asked_for() {
        let (queue, one) = (Housekeeping::default(), ProjectId(1));
        for _ in 1..MOVES {
            queue.moved(one);
        }
        assert_eq!(queue.take(), None);
        queue.moved(one);
        assert_eq!(queue.next().await, (one, Task::Tidy));
        assert!(queue.ask(one, Task::Eager), "more than what is under way");
        assert!(!queue.ask(one, Task::Eager) && !queue.ask(one, Task::Tidy));
        queue.done(one);
        assert_eq!(queue.next().await, (one, Task::Eager));
        queue.done(one);
        assert_eq!(queue.take(), None);
    }
}
