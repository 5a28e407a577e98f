//! `pipewright admin`: the server's own data, without the server.

mod migrate;
mod operator;
mod project;
mod token;
mod user;

use crate::error::Result;
use crate::settings::{ConfigOptions, DataOptions, DataSettings};
use clap::Subcommand;
use std::process::ExitCode;

/// What `admin` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Works on the data folder and database directly, so no server may run on them meanwhile; a running one
does the same over its API.

Examples:
  pipewright admin user create alice --admin
  pipewright admin token create alice --scope api --data-dir /srv/pipewright
  pipewright admin project create alice/hello
  pipewright admin migrate --database postgres://ci@db/ci")]
pub(crate) struct Options {
    #[command(subcommand)]
    chore: Chore,
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    config: ConfigOptions,
}

/// What is to be looked after.
#[derive(Debug, Subcommand)]
enum Chore {
    /// Make, list and block accounts
    #[command(subcommand)]
    User(user::Chore),
    /// Make, list and revoke access tokens
    #[command(subcommand)]
    Token(token::Chore),
    /// Make and list projects
    #[command(subcommand)]
    Project(project::Chore),
    /// Bring the database's schema up to date
    Migrate(migrate::Options),
}

/// Does the chosen chore.
pub(crate) fn run(options: Options) -> Result<ExitCode> {
    let file = options.config.load()?;
    crate::logging::start(file.log.as_deref().unwrap_or("warn"));
    let data = options.data.resolve(&file)?;
    match options.chore {
        Chore::Migrate(_) => migrate::run(&data)?,
        other => super::runtime()?.block_on(chore(other, data))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn chore(chore: Chore, data: DataSettings) -> Result<()> {
    let operator = operator::Operator::open(data).await?;
    match chore {
        Chore::User(chore) => user::run(&operator, chore).await,
        Chore::Token(chore) => token::run(&operator, chore).await,
        Chore::Project(chore) => project::run(&operator, chore).await,
        Chore::Migrate(_) => Ok(()),
    }
}
