//! Whoever can read the data folder is its administrator.

use crate::error::{Error, Result};
use crate::out::say;
use crate::server::{DataFolder, check_key, open_engine};
use crate::settings::DataSettings;
use pipewright_engine::{Caller, Engine, UserCaller, limits::Limits};
use pipewright_model::{User, UserId};
use pipewright_store::Page;
use pipewright_store::users::UserFilter;
use std::fmt::Display;
use std::sync::Arc;

/// Nobody outside sees addresses made here.
const URL: &str = "http://localhost";
/// Rows read at a time.
const PAGE: i64 = 100;

/// An engine on the data, and a caller who may do everything.
pub(crate) struct Operator {
    pub(crate) engine: Engine,
    pub(crate) caller: Caller,
    /// Keeps servers away while we work.
    _folder: DataFolder,
}

impl Operator {
    /// Opens the data; on an empty server that makes `root`, whose token is printed.
    pub(crate) async fn open(data: DataSettings) -> Result<Self> {
        let opened = tokio::task::spawn_blocking(move || {
            let folder = DataFolder::take(&data.folder)?;
            let engine = open_engine(&data, &folder, URL.to_owned(), Limits::default())?;
            Ok::<_, Error>((engine, data, folder))
        });
        let (engine, data, folder) = opened.await.map_err(|error| Error::Other(error.to_string()))??;
        check_key(&engine, &data, &folder).await?;
        if let Some(token) = engine.ensure_root(None).await? {
            crate::commands::tell_root_token(&token);
        }
        let root = engine.users_by_id(vec![UserId(1)]).await?.into_iter().next();
        let root = root.ok_or_else(|| Error::Other("the administrator root is gone".to_owned()))?;
        let caller = Caller::User(UserCaller { user: Arc::new(root), token: None });
        Ok(Self { engine, caller, _folder: folder })
    }

    /// The account of that name.
    pub(crate) async fn user(&self, username: &str) -> Result<User> {
        let filter = UserFilter { username: Some(username.to_owned()), ..UserFilter::default() };
        let found = self.engine.list_users(&self.caller, filter, Page::first(1)).await?;
        let missing = || Error::Other(format!("there is no user {username}; `pipewright admin user list` shows all"));
        found.items.into_iter().next().ok_or_else(missing)
    }
}

/// One page after the other, until all were seen.
pub(crate) fn pages() -> impl Iterator<Item = Page> {
    (0..).map(|number| Page { limit: PAGE, offset: number * PAGE })
}

/// Whether a page was the last.
pub(crate) fn is_last<T>(items: &[T]) -> bool {
    (items.len() as i64) < PAGE
}

/// Prints a row with tabs between its cells.
pub(crate) fn row(cells: &[&dyn Display]) {
    let cells: Vec<String> = cells.iter().map(ToString::to_string).collect();
    say(cells.join("\t"));
}
