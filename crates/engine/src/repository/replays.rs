//! Commits picked onto a branch, and undone on it.

use super::history::known;
use super::person;
use super::pushes::moved;
use crate::access::{Ability, ProjectRef};
use crate::{Caller, Engine, Error, Result};
use pipewright_git::write::{Direction, Replay};
use pipewright_model::{Commit, Project};

/// What to do with a commit.
#[derive(Clone, Debug)]
pub struct NewReplay {
    /// The commit: an id, a branch or a tag.
    pub rev: String,
    /// The branch that gets a commit.
    pub branch: String,
    /// Again, or back.
    pub direction: Direction,
    /// Instead of the usual message.
    pub message: Option<String>,
    /// Only try: nothing is moved.
    pub dry_run: bool,
}

impl Engine {
    /// Makes a commit's change once more on a branch, or undoes it there; that counts as a push.
    /// `None` where it was only tried.
    pub async fn replay_commit(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        new: NewReplay,
    ) -> Result<(Project, Option<Commit>)> {
        let user = caller.require_user()?.clone();
        let standing = self.find_project(caller, project, Ability::PushCode).await?;
        self.require_push(caller, &standing, &new.branch, false).await?;
        let repository = self.repository(&standing.project).await?;
        let id = known(&repository, &new.rev).await?;
        repository.branch(&new.branch).await?.ok_or_else(|| Error::missing("Branch"))?;
        let commit = repository.commit(&id).await?;
        let replay = Replay {
            branch: new.branch.clone(),
            commit: id,
            direction: new.direction,
            message: new.message.unwrap_or_else(|| message(new.direction, &commit)),
            committer: person(&user),
            time: self.clock.now(),
        };
        let (made, before) = repository.replay(&replay).await.map_err(|error| refusal(new.direction, error))?;
        if new.dry_run {
            return Ok((standing.project, None));
        }
        let full = format!("refs/heads/{}", new.branch);
        let announced = self.announce_move(standing.project.id, user.id, &full, Some(&before)).await?;
        if let Err(error) = repository.advance(&new.branch, &before, &made).await {
            self.call_off(announced).await?;
            return Err(error.into());
        }
        let update = moved(full, Some(before), Some(made.clone()));
        self.refs_moved(&standing.project, vec![update], announced).await?;
        Ok((standing.project, Some(repository.commit(&made).await?)))
    }
}

fn message(direction: Direction, commit: &Commit) -> String {
    let Commit { id, title, message, .. } = commit;
    match direction {
        Direction::Pick => format!("{message}\n\n(cherry picked from commit {id})"),
        Direction::Revert => format!("Revert \"{title}\"\n\nThis reverts commit {id}"),
    }
}

fn refusal(direction: Direction, error: pipewright_git::Error) -> Error {
    let (verb, done) = match direction {
        Direction::Pick => ("cherry-pick", "cherry-picked"),
        Direction::Revert => ("revert", "reverted"),
    };
    match error {
        pipewright_git::Error::Refused { .. } => Error::BadRequest(format!(
            "Sorry, we cannot {verb} this commit automatically. This commit may already have been {done}, or a more \
             recent commit may have updated some of its content."
        )),
        error => error.into(),
    }
}
