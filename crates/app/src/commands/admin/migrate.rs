//! `pipewright admin migrate`.

use crate::error::Result;
use crate::out::say;
use crate::server::{DataFolder, open_database};
use crate::settings::{DataSettings, Database};

/// What `migrate` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The server does this by itself when it starts; this is for those who want to see it done before.

Example:
  pipewright admin migrate --data-dir /srv/pipewright")]
pub(crate) struct Options {}

/// Does it.
pub(crate) fn run(data: &DataSettings) -> Result<()> {
    let folder = DataFolder::take(&data.folder)?;
    open_database(data, &folder)?;
    let name = match &data.database {
        Database::Sqlite => format!("SQLite in {}", folder.path().display()),
        Database::Postgres(_) => "PostgreSQL".to_owned(),
    };
    say(format_args!("the schema is up to date ({name})"));
    Ok(())
}
