//! Runners and machines taken away, by a person or by themselves (runner protocol §2.5). Their jobs stay.

use super::rights::{self, Right};
use crate::{Caller, Engine, Error, Result, Unchanged};
use pipewright_model::RunnerId;
use pipewright_store::{managers, runners};

impl Engine {
    /// Removes a runner, for whoever manages it; one that works for several projects only for
    /// administrators.
    pub async fn delete_runner(&self, caller: &Caller, id: RunnerId, unchanged: Unchanged) -> Result<()> {
        let caller = caller.clone();
        self.db
            .write(move |tx| {
                let runner = rights::find(tx, &caller, id, Right::Manage)?;
                unchanged.check(runner.contacted_at.unwrap_or(runner.created_at))?;
                if !caller.is_admin() && runners::projects(tx, id)?.len() > 1 {
                    return Err(Error::forbidden_because("Runner associated with more than one project"));
                }
                Ok(runners::delete(tx, id)?)
            })
            .await
    }

    /// Removes the runner of a token; 403 if there is none.
    pub async fn remove_runner(&self, token: &str) -> Result<()> {
        let id = self.runner_by_token(token).await?.id;
        self.db
            .write(move |tx| match runners::get(tx, id)? {
                Some(_) => Ok(runners::delete(tx, id)?),
                // The same call, twice at once.
                None => Err(Error::forbidden()),
            })
            .await
    }

    /// Removes one machine of the token's runner, which stays; 403 if there is no such runner, 404 if it
    /// has no such machine.
    pub async fn remove_machine(&self, token: &str, system_id: &str) -> Result<()> {
        let id = self.runner_by_token(token).await?.id;
        let system_id = system_id.to_owned();
        let removed = self.db.write(move |tx| managers::delete(tx, id, &system_id)).await.map_err(Error::from)?;
        if removed { Ok(()) } else { Err(Error::NotFound("Runner manager not found".to_owned())) }
    }
}
