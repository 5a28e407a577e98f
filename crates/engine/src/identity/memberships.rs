//! A user's memberships.

use super::users::require_admin;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{Member, UserId};
use pipewright_store::members::{self, Kind};
use pipewright_store::{Listed, Page, users};

impl Engine {
    /// A user's memberships, all or of one kind, with the names of what he is a member of; administrators.
    pub async fn memberships(
        &self,
        caller: &Caller,
        user: UserId,
        kind: Option<Kind>,
        page: Page,
    ) -> Result<Listed<(Member, String)>> {
        require_admin(caller)?;
        self.db
            .read(move |tx| {
                users::by_id(tx, user)?.ok_or_else(|| Error::missing("User"))?;
                Ok(members::of_user(tx, user, kind, page)?)
            })
            .await
    }
}
