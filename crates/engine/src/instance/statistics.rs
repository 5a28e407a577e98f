//! How much there is on the server.

use crate::identity::users::require_admin;
use crate::{Caller, Engine, Error, Result};
use pipewright_store::statistics::{self, Statistics};

impl Engine {
    /// How many users, groups and projects there are; administrators.
    pub async fn statistics(&self, caller: &Caller) -> Result<Statistics> {
        require_admin(caller)?;
        self.db.read(statistics::count).await.map_err(Error::from)
    }
}
