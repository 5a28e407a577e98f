//! `pipewright serve`: the server.

use crate::error::{Error, Result};
use crate::logging::{self, LogOptions};
use crate::out::say;
use crate::server::{Server, ServerSettings, stop};
use crate::settings::{ConfigOptions, DataOptions, LimitOptions, ListenOptions, RunOptions, limits_help};
use std::process::ExitCode;

const HELP: &str = "\
Prints one line, `listening on http://ADDRESS`, to standard output when it is ready; logs to standard
error. On SIGTERM it stops taking work, finishes open requests and exits 0.

Examples:
  pipewright serve --data-dir /srv/pipewright --external-url https://ci.example.com
  pipewright serve --database postgres://ci@db/ci --objects 's3://ci?endpoint=https://s3.example.com'
  pipewright serve --ephemeral --listen 127.0.0.1:0 --root-token glpat-aaaaaaaaaaaaaaaaaaaa --runner shell";

/// What `serve` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP, after_long_help = format!("{}\n{HELP}", limits_help()))]
pub(crate) struct Options {
    #[command(flatten)]
    listen: ListenOptions,
    #[command(flatten)]
    data: DataOptions,
    /// Keep everything in a throwaway folder that is removed on exit
    #[arg(long, env = "PIPEWRIGHT_EPHEMERAL", conflicts_with_all = ["data_dir", "database", "objects", "key_file"])]
    ephemeral: bool,
    #[command(flatten)]
    run: RunOptions,
    #[command(flatten)]
    limits: LimitOptions,
    #[command(flatten)]
    log: LogOptions,
    #[command(flatten)]
    config: ConfigOptions,
}

/// Serves until told to stop.
pub(crate) fn run(options: Options) -> Result<ExitCode> {
    let file = options.config.load()?;
    logging::start(options.log.log.as_deref().or(file.log.as_deref()).unwrap_or("info"));
    let ephemeral = options.ephemeral || file.ephemeral.unwrap_or(false);
    let data = options.data.resolve(&file)?;
    let settings = ServerSettings {
        listen: options.listen.resolve(&file)?,
        data: (!ephemeral).then_some(data),
        run: options.run.resolve(&file),
        limits: options.limits.resolve(&file)?,
    };
    super::runtime()?.block_on(serve(settings))
}

async fn serve(settings: ServerSettings) -> Result<ExitCode> {
    // Before anything else: a signal during the start is not to be lost.
    let told = stop::told();
    let server = Server::start(settings).await?;
    if let Some(token) = &server.root_token {
        super::tell_root_token(token);
    }
    say(format_args!("listening on {}", server.loopback));
    let signal = told.await;
    tracing::info!(signal, "stopping; a second signal does not wait for what is under way");
    let impatient = stop::told();
    tokio::select! {
        () = server.stop() => {
            tracing::info!("stopped");
            Ok(ExitCode::SUCCESS)
        }
        signal = impatient => Err(Error::Other(format!("stopped at once by a second {signal}"))),
    }
}
