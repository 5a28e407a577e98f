//! Refs that are about to move. Git keeps them in files of its own, what follows stands in the database, and
//! a server may die between the two: so a move is written down first, and one that nobody finished is
//! looked for (design, invariant 4).

use super::pushes::moved;
use crate::work::{self, MoveRefs, PushWork, Taken, Work};
use crate::{Engine, Error, Result};
use pipewright_git::ZERO;
use pipewright_git::http::RefUpdate;
use pipewright_model::{ProjectId, UserId};
use pipewright_store::{self as store, Tx, projects};

/// Seconds in which refs are moved as a rule, the sending of a large push included. On the embedded database
/// nobody waits for them: there a server that starts knows that no other is at work.
const UNDER_WAY_SECONDS: i64 = 600;
/// How often moves that nobody finished are looked for, more and more seldom: for most of a day.
const MOST_LOOKS: i64 = 24;
/// Refs of one push that are written down. A push of more is a mirror being filled, which makes no pipelines.
const MOST_REFS: usize = 100;

/// A move that was written down.
#[derive(Debug)]
pub struct Announced {
    what: MoveRefs,
    row: Row,
}

/// The row that says so, as whoever deals with the move knows it.
#[derive(Debug)]
enum Row {
    Own(i64),
    Found(Taken),
}

impl Announced {
    /// Whether refs that moved make pipelines.
    pub(crate) fn pipelines(&self) -> bool {
        self.what.pipelines
    }

    /// The pipelines of a ref that moved.
    pub(crate) fn push_work(&self, update: &RefUpdate) -> PushWork {
        PushWork {
            project_id: self.what.project_id,
            user_id: self.what.user_id,
            ref_name: update.name.clone(),
            before: update.old.clone(),
            after: update.new.clone(),
            push_options: self.what.push_options.clone(),
            found_later: matches!(self.row, Row::Found(_)),
        }
    }

    /// Removes the row, in the transaction that writes what follows.
    pub(crate) fn take_back(&self, tx: &Tx<'_>) -> Result<()> {
        match &self.row {
            Row::Own(id) => Ok(store::work::remove(tx, *id)?),
            Row::Found(taken) => work::done(tx, taken),
        }
    }
}

impl Engine {
    /// Writes down which refs are about to move, and where each points.
    pub(crate) async fn announce_moves(
        &self,
        project_id: ProjectId,
        user_id: UserId,
        mut refs: Vec<(String, String)>,
        push_options: &[String],
        pipelines: bool,
    ) -> Result<Announced> {
        let pipelines = pipelines && refs.len() <= MOST_REFS;
        refs.truncate(MOST_REFS);
        let what = MoveRefs { project_id, user_id, refs, push_options: self.secrets.seal(push_options), pipelines };
        let due = self.clock.now().plus_seconds(UNDER_WAY_SECONDS);
        let row = Work::MoveRefs(what.clone());
        let id = self.db.write(move |tx| work::enqueue_row(tx, &row, due)).await?;
        Ok(Announced { what, row: Row::Own(id) })
    }

    /// One ref that a call of the API is about to move from `old`.
    pub(crate) async fn announce_move(
        &self,
        project_id: ProjectId,
        user_id: UserId,
        name: &str,
        old: Option<&str>,
    ) -> Result<Announced> {
        let refs = vec![(name.to_owned(), old.unwrap_or(ZERO).to_owned())];
        self.announce_moves(project_id, user_id, refs, &[], true).await
    }

    /// Nothing moved.
    pub(crate) async fn call_off(&self, announced: Announced) -> Result<()> {
        self.db.write(move |tx| announced.take_back(tx)).await
    }

    /// Deals with moves that nobody finished: refs that point elsewhere by now were moved.
    pub(crate) async fn look_for_moved_refs(&self, what: &MoveRefs, taken: &Taken) -> Result<()> {
        let announced = Announced { what: what.clone(), row: Row::Found(taken.clone()) };
        let id = what.project_id;
        let Some(project) = self.db.read(move |tx| projects::by_id(tx, id)).await.map_err(Error::from)? else {
            return self.call_off(announced).await;
        };
        let repository = self.repository(&project).await?;
        let mut updates = Vec::new();
        for (name, old) in &what.refs {
            let now = repository.target(name).await?;
            if now.as_deref().unwrap_or(ZERO) != old {
                updates.push(moved(name.clone(), Some(old.clone()), now));
            }
        }
        if updates.is_empty() && taken.row.attempts < MOST_LOOKS {
            return self.put_off(taken.clone()).await;
        }
        if !updates.is_empty() {
            tracing::warn!(project = id.0, refs = updates.len(), "a push that was cut off is finished");
        }
        self.refs_moved(&project, updates, announced).await
    }
}
