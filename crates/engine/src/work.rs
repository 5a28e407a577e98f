//! What happened and is dealt with after the answer: rows of the `work` table, written in the
//! transaction of what happened.

use crate::{Engine, Error, Result};
use pipewright_model::{JobId, PipelineId, ProjectId, Timestamp, UserId};
use pipewright_store::{self as store, Tx};
use serde::{Deserialize, Serialize};

/// Seconds after which a piece of work somebody took is offered again.
pub const LEASE_SECONDS: i64 = 300;

/// One piece of work. The word is the row's kind, the rest its payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "snake_case")]
pub enum Work {
    /// A ref was moved, by git or by the API: pipelines are to be made.
    Push(PushWork),
    /// Refs are about to be moved; whoever moves them takes this back.
    MoveRefs(MoveRefs),
    /// A pipeline's rows are there; its ref is to be set and its first jobs to be started.
    StartPipeline {
        /// The pipeline.
        pipeline_id: PipelineId,
    },
    /// A bridge is ready: what it starts is to be made.
    StartDownstream {
        /// The bridge.
        job_id: JobId,
    },
    /// A bridge shows another pipeline: it is to look at it (again).
    MirrorPipeline {
        /// The bridge.
        job_id: JobId,
    },
    /// A job that names an environment ended well: what its file says of the environment is to be set.
    UpdateEnvironment {
        /// The job.
        job_id: JobId,
    },
    /// What a project's agents are configured to may have changed: their files are to be read.
    ReadAgentConfigs {
        /// The project.
        project_id: ProjectId,
    },
    /// A project was deleted: its rows, bytes and repository are to follow.
    RemoveProject {
        /// The project, marked as deleted.
        project_id: ProjectId,
    },
}

/// One ref moved by a push or by a commit over the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushWork {
    /// Whose repository.
    pub project_id: ProjectId,
    /// Who pushed.
    pub user_id: UserId,
    /// Full name of the ref, `refs/heads/…` or `refs/tags/…`.
    pub ref_name: String,
    /// Where it pointed; 40 zeros if it was created.
    pub before: String,
    /// Where it points; 40 zeros if it was deleted.
    pub after: String,
    /// What `git push -o` said (`ci.skip`, `ci.variable=K=V`), sealed: variables may be secrets.
    #[serde(default)]
    pub push_options: String,
    /// Found out after a crash: the pipeline may be there already.
    #[serde(default)]
    pub found_later: bool,
}

/// Refs that somebody is about to move, as they were before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveRefs {
    /// Whose repository.
    pub project_id: ProjectId,
    /// Who moves them.
    pub user_id: UserId,
    /// Whole names, and where each points; 40 zeros if it is not there.
    pub refs: Vec<(String, String)>,
    /// Where each is to point, in the same order; empty where that is not known before.
    #[serde(default)]
    pub new: Vec<String>,
    /// As [`PushWork::push_options`].
    pub push_options: String,
    /// Whether moved refs make pipelines.
    pub pipelines: bool,
}

impl PushWork {
    /// The branch's or tag's own name, and whether it is a tag; `None` for other refs.
    pub fn short_ref(&self) -> Option<(&str, bool)> {
        let branch = self.ref_name.strip_prefix("refs/heads/").map(|name| (name, false));
        branch.or_else(|| self.ref_name.strip_prefix("refs/tags/").map(|name| (name, true)))
    }
}

/// A piece of work taken by [`Engine::take_work`].
#[derive(Clone, Debug)]
pub struct Taken {
    /// The row: give it to [`done`] in the transaction that deals with the work.
    pub row: store::work::Work,
    /// What it is.
    pub work: Work,
}

/// Adds a piece of work within the transaction of what happened. Ring `bells.ring_work()` after it.
pub fn enqueue(tx: &Tx<'_>, work: &Work, due_at: Timestamp) -> Result<()> {
    enqueue_row(tx, work, due_at).map(|_| ())
}

/// As [`enqueue`]; returns the row's id, by which it can be taken back.
pub(crate) fn enqueue_row(tx: &Tx<'_>, work: &Work, due_at: Timestamp) -> Result<i64> {
    let broken = || Error::Internal("a piece of work could not be written down".to_owned());
    let value = serde_json::to_value(work).map_err(|_| broken())?;
    let kind = value["kind"].as_str().ok_or_else(broken)?;
    Ok(store::work::enqueue(tx, kind, &value["payload"].to_string(), due_at)?)
}

/// Removes a piece of work in the transaction that deals with it; 409 if somebody else has it by now.
pub fn done(tx: &Tx<'_>, taken: &Taken) -> Result<()> {
    Ok(store::work::done(tx, &taken.row)?)
}

impl Engine {
    /// Takes the piece of work that is due longest, for [`LEASE_SECONDS`]; `None` if nothing is due.
    pub async fn take_work(&self) -> Result<Option<Taken>> {
        let now = self.clock.now();
        let taken = self
            .db
            .write(move |tx| store::work::take(tx, now, now.plus_seconds(LEASE_SECONDS)))
            .await
            .map_err(Error::from)?;
        let Some(row) = taken else { return Ok(None) };
        let payload: serde_json::Value = serde_json::from_str(&row.payload).unwrap_or_default();
        let value = serde_json::json!({ "kind": row.kind, "payload": payload });
        match serde_json::from_value(value) {
            Ok(work) => Ok(Some(Taken { row, work })),
            Err(error) => Err(Error::Internal(format!(
                "work {} ({}) cannot be read: {error}; it is left for later",
                row.id, row.kind
            ))),
        }
    }

    /// Puts a piece of work that failed off, longer each time, to an hour at most.
    pub async fn put_off(&self, taken: Taken) -> Result<()> {
        let delay = (1_i64 << taken.row.attempts.clamp(0, 12)).min(3600);
        let due = self.clock.now().plus_seconds(delay);
        self.db.write(move |tx| store::work::retry_later(tx, &taken.row, due)).await.map_err(Error::from)
    }
}

#[cfg(test)]
mod tests {
    use super::{PushWork, Work};
    use pipewright_model::{ProjectId, UserId};

    #[test]
    fn kinds_and_payloads_are_apart() {
        let push = PushWork {
            project_id: ProjectId(1),
            user_id: UserId(2),
            ref_name: "refs/tags/v1".to_owned(),
            before: String::new(),
            after: String::new(),
            push_options: String::new(),
            found_later: false,
        };
        assert_eq!(push.short_ref(), Some(("v1", true)));
        let value = serde_json::to_value(Work::Push(push)).unwrap();
        assert_eq!((&value["kind"], &value["payload"]["user_id"]), (&"push".into(), &2.into()));
    }
}
