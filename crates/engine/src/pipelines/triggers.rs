//! Pipeline triggers: tokens that start a pipeline in their owner's name.

use crate::access::{Ability, ProjectRef, standing};
use crate::{Caller, Engine, Error, Result, Unchanged, names};
use pipewright_model::{Timestamp, TokenKind, Trigger, TriggerId, User};
use pipewright_store::triggers::{self, NewTrigger};
use pipewright_store::{Listed, Page, Tx, users};

/// Longest description, characters.
const LONGEST_DESCRIPTION: usize = 255;
/// Characters of a token that everybody may see.
const SHOWN: usize = 4;
/// What its tokens begin with.
const PREFIX: &str = "glptt-";

/// A trigger as a caller sees it.
#[derive(Clone, Debug)]
pub struct TriggerView {
    /// The trigger.
    pub trigger: Trigger,
    /// In whose name it starts pipelines.
    pub owner: Option<User>,
    /// Its token: whole for its owner, its beginning for others.
    pub token: String,
}

impl Engine {
    /// A project's triggers; for maintainers.
    pub async fn triggers(&self, caller: &Caller, project: &ProjectRef, page: Page) -> Result<Listed<TriggerView>> {
        let (who, project) = (caller.clone(), project.clone());
        let found = self.db.read(move |tx| {
            let standing = standing(tx, &who, &project)?;
            standing.require(Ability::AdminProject)?;
            let listed = triggers::list(tx, standing.project.id, page)?;
            let items = listed.items.into_iter().map(|trigger| with_owner(tx, trigger));
            Ok::<_, Error>((items.collect::<Result<Vec<_>>>()?, listed.total))
        });
        let (items, total) = found.await?;
        let items = items.into_iter().map(|(trigger, owner)| self.view(caller, trigger, owner));
        Ok(Listed { items: items.collect::<Result<_>>()?, total })
    }

    /// One trigger; for maintainers.
    pub async fn trigger(&self, caller: &Caller, project: &ProjectRef, id: TriggerId) -> Result<TriggerView> {
        let (who, project) = (caller.clone(), project.clone());
        let found = self.db.read(move |tx| {
            let standing = standing(tx, &who, &project)?;
            standing.require(Ability::AdminProject)?;
            let trigger = triggers::get(tx, standing.project.id, id)?.ok_or_else(Error::record)?;
            with_owner(tx, trigger)
        });
        let (trigger, owner) = found.await?;
        self.view(caller, trigger, owner)
    }

    /// Makes a trigger that starts pipelines in the caller's name; for maintainers.
    pub async fn create_trigger(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        description: String,
        expires_at: Option<Timestamp>,
    ) -> Result<TriggerView> {
        let owner_id = caller.require_user()?.id;
        let now = self.clock.now();
        let (who, project, secrets) = (caller.clone(), project.clone(), self.secrets.clone());
        let secret = TokenKind::Trigger.generate();
        let found = self.db.write(move |tx| {
            let standing = standing(tx, &who, &project)?;
            standing.require(Ability::AdminProject)?;
            names::check_text("description", &description, LONGEST_DESCRIPTION)?;
            if expires_at.is_some_and(|end| end <= now) {
                return Err(Error::invalid("expires_at", "must be a future date"));
            }
            let new = NewTrigger {
                project_id: standing.project.id,
                owner_id,
                description: description.clone(),
                token: secrets.encrypt(&secret),
                digest: crate::secrets::digest(&secret),
                created_at: now,
                expires_at,
            };
            with_owner(tx, triggers::insert(tx, &new)?)
        });
        let (trigger, owner) = found.await?;
        self.view(caller, trigger, owner)
    }

    /// Describes a trigger anew; for its owner, while he is a maintainer.
    pub async fn update_trigger(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: TriggerId,
        description: Option<String>,
    ) -> Result<TriggerView> {
        let user = caller.require_user()?.id;
        let now = self.clock.now();
        let (who, project) = (caller.clone(), project.clone());
        let found = self.db.write(move |tx| {
            let standing = standing(tx, &who, &project)?;
            let trigger = triggers::get(tx, standing.project.id, id)?.ok_or_else(Error::record)?;
            if trigger.owner_id != user || !standing.can(Ability::AdminProject) {
                let why = "The current user is not authorized to update the pipeline trigger token";
                return Err(Error::forbidden_because(why));
            }
            if let Some(description) = &description {
                names::check_text("description", description, LONGEST_DESCRIPTION)?;
                triggers::describe(tx, id, description, now)?;
            }
            with_owner(tx, triggers::get(tx, standing.project.id, id)?.ok_or_else(Error::record)?)
        });
        let (trigger, owner) = found.await?;
        self.view(caller, trigger, owner)
    }

    /// Removes a trigger: its token is good for nothing from then on; for maintainers.
    pub async fn delete_trigger(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: TriggerId,
        unchanged: Unchanged,
    ) -> Result<()> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .write(move |tx| {
                let standing = standing(tx, &caller, &project)?;
                standing.require(Ability::AdminProject)?;
                let trigger = triggers::get(tx, standing.project.id, id)?.ok_or_else(Error::record)?;
                unchanged.check(trigger.updated_at)?;
                Ok::<_, Error>(triggers::delete(tx, id)?)
            })
            .await
    }

    fn view(&self, caller: &Caller, trigger: Trigger, owner: Option<User>) -> Result<TriggerView> {
        let secret = self.secrets.decrypt(&trigger.token)?;
        let own = caller.user().is_some_and(|user| user.id == trigger.owner_id);
        let beginning = || secret.trim_start_matches(PREFIX).chars().take(SHOWN).collect();
        let token = if own { secret.clone() } else { beginning() };
        Ok(TriggerView { trigger, owner, token })
    }
}

fn with_owner(tx: &Tx<'_>, trigger: Trigger) -> Result<(Trigger, Option<User>)> {
    let owner = users::by_id(tx, trigger.owner_id)?;
    Ok((trigger, owner))
}
