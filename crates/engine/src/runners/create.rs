//! `POST /user/runners`: a runner made by a person (runner protocol §2.2).

use super::edit::RunnerChange;
use super::rights::{self, Owner, Place};
use super::tokens::{Issued, generate, short};
use crate::secrets::digest;
use crate::{Caller, Engine, Result};
use pipewright_model::{Runner, RunnerId, RunnerType, Timestamp};
use pipewright_store::Tx;
use pipewright_store::runners::{self, RunnersOf};

/// A runner as it is by default.
pub(super) fn blank(runner_type: RunnerType, now: Timestamp) -> Runner {
    Runner {
        id: RunnerId(0),
        runner_type,
        short_token: String::new(),
        description: String::new(),
        maintenance_note: None,
        active: true,
        locked: false,
        run_untagged: true,
        ref_protected: false,
        maximum_timeout: None,
        tags: Vec::new(),
        legacy: false,
        created_by: None,
        created_at: now,
        contacted_at: None,
        token_expires_at: None,
    }
}

/// Writes a runner down where it belongs.
pub(super) fn insert(tx: &Tx<'_>, owner: Owner, runner: Runner, token: &str) -> Result<Runner> {
    let runner = Runner { short_token: short(token), ..runner };
    let id = runners::insert(tx, &runner, &digest(token))?;
    match owner {
        Owner::Instance => {}
        Owner::Group(group) => runners::assign_namespace(tx, id, group)?,
        Owner::Project(project) => runners::assign_project(tx, id, project)?,
    }
    Ok(Runner { id, ..runner })
}

fn kind(place: &Place) -> RunnerType {
    match place {
        Place::Instance => RunnerType::Instance,
        Place::Group(_) => RunnerType::Group,
        Place::Project(_) => RunnerType::Project,
    }
}

impl Engine {
    /// Makes a runner and its token, which is shown this once.
    pub async fn create_runner(&self, caller: &Caller, place: Place, change: RunnerChange) -> Result<Issued> {
        let by = rights::person(caller)?.id;
        let now = self.clock.now();
        let token = generate(kind(&place), false);
        let end = self.runner_token_end(now).await?;
        let (caller, secret) = (caller.clone(), token.clone());
        let runner = self
            .db
            .write(move |tx| {
                let owner = rights::place(tx, &caller, &place)?;
                let mut runner =
                    Runner { created_by: Some(by), token_expires_at: end, ..blank(owner.runner_type(), now) };
                change.apply(&mut runner)?;
                insert(tx, owner, runner, &secret)
            })
            .await?;
        Ok(Issued { runner, token })
    }

    /// The instance runner of that description for the server's own use, made if it is not there, with a
    /// new token. One server at a time may use a description: the token it had before is refused.
    pub async fn built_in_runner(&self, description: &str) -> Result<Issued> {
        let now = self.clock.now();
        let token = generate(RunnerType::Instance, false);
        let (secret, description) = (token.clone(), description.to_owned());
        let runner = self
            .db
            .write(move |tx| {
                let own = |runner: &Runner| runner.created_by.is_none() && runner.description == description;
                let Some(known) = runners::list(tx, &RunnersOf::Instance)?.into_iter().find(own) else {
                    let runner = Runner { description: description.clone(), ..blank(RunnerType::Instance, now) };
                    return insert(tx, Owner::Instance, runner, &secret);
                };
                let short_token = short(&secret);
                runners::set_token(tx, known.id, &digest(&secret), &short_token, None)?;
                Ok(Runner { short_token, token_expires_at: None, ..known })
            })
            .await?;
        Ok(Issued { runner, token })
    }
}
