//! Commits made once more elsewhere: picked onto a branch, or undone on it.

use pipewright_model::Timestamp;

use super::commit::Person;
use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

/// Which way a commit's change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The change is made again; its author stays.
    Pick,
    /// The change is undone.
    Revert,
}

/// A commit's change to be put on top of a branch.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The branch.
    pub branch: String,
    /// The commit whose change it is, by its full id. Of a merge, the change against its first parent.
    pub commit: String,
    /// Again, or back.
    pub direction: Direction,
    /// The new commit's whole message.
    pub message: String,
    /// Who does it.
    pub committer: Person,
    /// When.
    pub time: Timestamp,
}

/// Files of no commit at all.
const NOTHING: &[u8] = b"";

impl Repository {
    /// Makes the commit and returns its id with the one the branch was at; the branch is not moved.
    ///
    /// [`Error::Refused`] when the change does not apply, or changes nothing.
    pub async fn replay(&self, replay: &Replay) -> Result<(String, String)> {
        let missing = || Error::not_found(format!("branch {}", replay.branch));
        let tip = self.branch(&replay.branch).await?.ok_or_else(missing)?;
        names::oid(&replay.commit)?;
        let old =
            String::from_utf8_lossy(&self.output(&["cat-file", "commit", &replay.commit], b"").await?).into_owned();
        let head = old.split("\n\n").next().unwrap_or_default();
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let after = field("tree ").ok_or_else(|| Error::failed("cat-file", "a commit without a tree"))?;
        let before = match field("parent ") {
            Some(parent) => self.tree_of(&parent).await?,
            None => self.write_object("tree", NOTHING).await?,
        };
        let ours = self.tree_of(&tip).await?;
        let made = replay.committer.ident(replay.time);
        let (base, theirs, author) = match replay.direction {
            Direction::Pick => (before, after, field("author ").unwrap_or_else(|| made.clone())),
            Direction::Revert => (after, before, made.clone()),
        };
        let tree = self.merge_trees(&base, &ours, &theirs).await?.filter(|tree| *tree != ours);
        let tree = tree.ok_or_else(|| Error::refused("the change does not apply, or changes nothing"))?;
        let message = replay.message.replace('\0', "");
        let text = format!("tree {tree}\nparent {tip}\nauthor {author}\ncommitter {made}\n\n{message}");
        Ok((self.write_object("commit", text.as_bytes()).await?, tip))
    }

    /// Moves a branch from one commit to the next; [`Error::Conflict`] when it is elsewhere by now.
    pub async fn advance(&self, branch: &str, from: &str, to: &str) -> Result<()> {
        names::check_branch(branch)?;
        self.move_ref(&format!("refs/heads/{branch}"), to, Some(from)).await
    }

    async fn tree_of(&self, commit: &str) -> Result<String> {
        let printed = self.output(&["rev-parse", "--verify", &format!("{commit}^{{tree}}")], b"").await?;
        Ok(String::from_utf8_lossy(&printed).trim().to_owned())
    }

    async fn write_object(&self, kind: &str, bytes: &[u8]) -> Result<String> {
        let printed = self.output(&["hash-object", "-t", kind, "-w", "--stdin"], bytes).await?;
        Ok(String::from_utf8_lossy(&printed).trim().to_owned())
    }

    /// Merges two trees that came from a third; `None` where they collide. Git merges commits, so each tree
    /// gets one for the occasion, with that of the third as its parent.
    async fn merge_trees(&self, base: &str, ours: &str, theirs: &str) -> Result<Option<String>> {
        let nobody = "nobody <> 0 +0000";
        let about = format!("author {nobody}\ncommitter {nobody}\n\n");
        let base = self.write_object("commit", format!("tree {base}\n{about}").as_bytes()).await?;
        // Should both trees be the same, their messages keep the commits apart.
        let one = format!("tree {ours}\nparent {base}\n{about}ours");
        let other = format!("tree {theirs}\nparent {base}\n{about}theirs");
        let one = self.write_object("commit", one.as_bytes()).await?;
        let other = self.write_object("commit", other.as_bytes()).await?;
        let merged = self.run(&["merge-tree", "--write-tree", &one, &other], b"").await?;
        match merged.status.code() {
            Some(0) => Ok(Some(String::from_utf8_lossy(&merged.stdout).trim().to_owned())),
            Some(1) => Ok(None),
            _ => Err(Error::failed("merge-tree", &merged.stderr)),
        }
    }
}
