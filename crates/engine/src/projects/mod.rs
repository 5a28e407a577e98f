//! Projects: making, listing, changing and deleting them; who protects what; CI variables.

mod around;
pub mod create;
pub mod delete;
pub mod job_token_scope;
pub mod list;
pub mod protected_refs;
mod settings;
mod transfer;
pub mod update;
pub mod variables;

use crate::access::{self, Ability, ProjectRef, Standing};
use crate::{Caller, Engine, Result};

impl Engine {
    /// The project, if the caller may do that in it ([`access::find_project`]), in a transaction of its
    /// own: for use cases that go on to git.
    pub async fn find_project(&self, caller: &Caller, project: &ProjectRef, ability: Ability) -> Result<Standing> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let standing = access::standing(tx, &caller, &project)?;
                standing.require(ability)?;
                Ok(standing)
            })
            .await
    }
}
