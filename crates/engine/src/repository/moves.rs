//! Refs that are about to move. Git keeps them in files of its own, what follows stands in the database, and
//! a server may die between the two: so a move is written down first, and one that nobody finished is
//! looked for (design, invariant 4).

use super::pushes::moved;
use crate::work::{self, MoveRefs, PushWork, Taken, Work};
use crate::{Engine, Error, Result};
use pipewright_git::http::RefUpdate;
use pipewright_git::{Repository, ZERO};
use pipewright_model::{ProjectId, Timestamp, UserId};
use pipewright_store::{self as store, Tx, projects};
use std::collections::HashMap;

/// Seconds in which refs are moved as a rule, the sending of a large push included. On the embedded database
/// nobody waits for them: there a server that starts knows that no other is at work.
const UNDER_WAY_SECONDS: i64 = 600;
/// How often moves that nobody finished are looked for, more and more seldom: for most of a day.
const MOST_LOOKS: i64 = 24;
/// Seconds until the refs of a push that were not moved yet are looked for again, where others of it were.
const REST_SECONDS: i64 = 60;

/// A move that was written down.
#[derive(Debug)]
pub struct Announced {
    what: MoveRefs,
    row: Row,
    /// Those of a push found cut off that may still move: they stay written down.
    rest: Option<MoveRefs>,
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
    pub(crate) fn take_back(&self, tx: &Tx<'_>, now: Timestamp) -> Result<()> {
        if let Some(rest) = &self.rest {
            work::enqueue(tx, &Work::MoveRefs(rest.clone()), now.plus_seconds(REST_SECONDS))?;
        }
        match &self.row {
            Row::Own(id) => Ok(store::work::remove(tx, *id)?),
            Row::Found(taken) => work::done(tx, taken),
        }
    }
}

impl Engine {
    /// Writes down which refs are about to move, where each points, and where it is to point if that is known.
    pub(crate) async fn announce_moves(
        &self,
        project_id: ProjectId,
        user_id: UserId,
        refs: Vec<(String, String)>,
        new: Vec<String>,
        push_options: &[String],
        pipelines: bool,
    ) -> Result<Announced> {
        let push_options = self.secrets.seal(push_options);
        let what = MoveRefs { project_id, user_id, refs, new, push_options, pipelines };
        let due = self.clock.now().plus_seconds(UNDER_WAY_SECONDS);
        let row = Work::MoveRefs(what.clone());
        let id = self.db.write(move |tx| work::enqueue_row(tx, &row, due)).await?;
        Ok(Announced { what, row: Row::Own(id), rest: None })
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
        self.announce_moves(project_id, user_id, refs, Vec::new(), &[], true).await
    }

    /// Nothing moved.
    pub(crate) async fn call_off(&self, announced: Announced) -> Result<()> {
        let now = self.clock.now();
        self.db.write(move |tx| announced.take_back(tx, now)).await
    }

    /// Deals with moves that nobody finished. Git may outlive the server that started it and still be moving them one
    /// after the other, so those that have not moved are looked for again, for most of a day.
    pub(crate) async fn look_for_moved_refs(&self, what: &MoveRefs, taken: &Taken) -> Result<()> {
        let mut announced = Announced { what: what.clone(), row: Row::Found(taken.clone()), rest: None };
        let id = what.project_id;
        let Some(project) = self.db.read(move |tx| projects::by_id(tx, id)).await.map_err(Error::from)? else {
            return self.call_off(announced).await;
        };
        let repository = self.repository(&project).await?;
        let (updates, rest) = part(&repository, what).await?;
        let look_again = taken.row.attempts < MOST_LOOKS;
        if updates.is_empty() && look_again {
            return self.put_off(taken.clone()).await;
        }
        if !updates.is_empty() {
            tracing::warn!(project = id.0, refs = updates.len(), "a push that was cut off is finished");
        }
        announced.rest = Some(rest).filter(|rest| look_again && !rest.refs.is_empty());
        self.refs_moved(&project, updates, announced).await
    }
}

/// The refs that were moved as announced, and the announcement of the others.
async fn part(repository: &Repository, what: &MoveRefs) -> Result<(Vec<RefUpdate>, MoveRefs)> {
    let now: HashMap<String, String> =
        repository.all_refs().await?.into_iter().map(|found| (found.name, found.id)).collect();
    let mut updates = Vec::new();
    let mut rest = MoveRefs { refs: Vec::new(), new: Vec::new(), ..what.clone() };
    for (at, (name, old)) in what.refs.iter().enumerate() {
        let now = now.get(name).map_or(ZERO, String::as_str);
        let new = what.new.get(at).map(String::as_str);
        if let Some(end) = reached(repository, old, new, now).await? {
            updates.push(moved(name.clone(), Some(old.clone()), Some(end)));
        } else {
            rest.refs.push((name.clone(), old.clone()));
            rest.new.extend(new.map(str::to_owned));
        }
    }
    Ok((updates, rest))
}

/// Where a move from `old` has led to, if it was made: a ref that somebody has moved on since went by way of `new`.
async fn reached(repository: &Repository, old: &str, new: Option<&str>, now: &str) -> Result<Option<String>> {
    let Some(new) = new else { return Ok((now != old).then(|| now.to_owned())) };
    let by_way_of = now != old && new != ZERO && now != ZERO;
    let made = now == new || (by_way_of && holds(repository, new, now).await?);
    Ok((made && new != old).then(|| new.to_owned()))
}

/// Whether an object came and is in the history of another.
async fn holds(repository: &Repository, object: &str, tip: &str) -> Result<bool> {
    match repository.is_ancestor(object, tip).await {
        Ok(found) => Ok(found),
        // The push was refused, so its objects are not there; or one of the two is no commit.
        Err(pipewright_git::Error::NotFound { .. } | pipewright_git::Error::Failed { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
