//! The old way to register: a registration token of the instance, a group or a project stands in for a
//! person (runner protocol §2.3).

use super::create::{blank, insert};
use super::edit::RunnerChange;
use super::rights::{self, Owner, Place};
use super::tokens::{Issued, generate};
use crate::secrets::digest;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{Runner, random};
use pipewright_store::{Tx, projects, runners};

/// How registration tokens begin.
const PREFIX: &str = "GR1348941";

/// Where a registration token registers; 403 if there is no such token, or its project is gone.
fn owner(tx: &Tx<'_>, token: &str) -> Result<Owner> {
    let refused = || Error::forbidden_because("invalid token supplied");
    match runners::registration(tx, &digest(token))?.ok_or_else(refused)? {
        (Some(group), _) => Ok(Owner::Group(group)),
        (None, Some(project)) => match projects::by_id(tx, project)? {
            Some(project) => Ok(Owner::Project(project.id)),
            None => Err(refused()),
        },
        (None, None) => Ok(Owner::Instance),
    }
}

impl Engine {
    /// Makes a runner for whoever knows a registration token.
    pub async fn register_runner(&self, registration_token: &str, change: RunnerChange) -> Result<Issued> {
        if !self.limits.registration_tokens {
            return Err(Error::Gone("runner registration disallowed"));
        }
        let now = self.clock.now();
        let end = self.runner_token_end(now).await?;
        let key = registration_token.to_owned();
        let place = self.db.read(move |tx| owner(tx, &key)).await?;
        let token = generate(place.runner_type(), true);
        let (secret, key) = (token.clone(), registration_token.to_owned());
        let runner = self
            .db
            .write(move |tx| {
                // Once more, for it may have been reset meanwhile.
                let place = owner(tx, &key)?;
                let mut runner = Runner { legacy: true, token_expires_at: end, ..blank(place.runner_type(), now) };
                change.apply(&mut runner)?;
                insert(tx, place, runner, &secret)
            })
            .await?;
        Ok(Issued { runner, token })
    }

    /// Makes a new registration token, for whoever may make runners there; an older one is refused from
    /// then on, runners registered with it stay.
    pub async fn reset_registration_token(&self, caller: &Caller, place: Place) -> Result<String> {
        let token = format!("{PREFIX}{}", random::text(20));
        let (caller, key) = (caller.clone(), digest(&token));
        self.db
            .write(move |tx| {
                let (group, project) = match rights::place(tx, &caller, &place)? {
                    Owner::Instance => (None, None),
                    Owner::Group(group) => (Some(group), None),
                    Owner::Project(project) => (None, Some(project)),
                };
                Ok::<_, Error>(runners::set_registration(tx, group, project, &key)?)
            })
            .await?;
        Ok(token)
    }
}
