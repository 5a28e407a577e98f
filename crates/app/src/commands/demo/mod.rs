//! `pipewright demo`: see it work.

mod board;
mod client;
mod follow;
mod sample;

use crate::error::{Error, Result};
use crate::logging::{self, LogOptions};
use crate::out::say;
use crate::server::{Server, ServerSettings, stop};
use crate::settings::{BuiltIn, ListenSettings, RunSettings, concurrency};
use client::{Client, Job, Project};
use pipewright_engine::limits::Limits;
use std::process::ExitCode;

/// What `demo` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Starts a server with a throwaway data folder and the built-in shell runner, pushes the sample project
over git and follows its pipeline. Then it stays up, so that you can look around, until Ctrl-C.

Examples:
  pipewright demo
  pipewright demo --once")]
pub(crate) struct Options {
    /// Exit when the pipeline ends; status 0 if and only if it succeeded
    #[arg(long, env = "PIPEWRIGHT_ONCE")]
    once: bool,
    /// Address to listen on; port 0 picks a free one
    #[arg(long, env = "PIPEWRIGHT_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: String,
    #[command(flatten)]
    log: LogOptions,
}

/// Shows it.
pub(crate) fn run(options: Options) -> Result<ExitCode> {
    // The table is the show; the log only speaks up when something is wrong.
    logging::start(options.log.log.as_deref().unwrap_or("warn"));
    super::runtime()?.block_on(show(&options))
}

async fn show(options: &Options) -> Result<ExitCode> {
    let token = format!("glpat-{}", pipewright_model::random::text(20));
    let server = Server::start(ServerSettings {
        listen: ListenSettings { address: options.listen.clone(), external_url: None, root_token: Some(token.clone()) },
        data: None,
        run: RunSettings { kind: BuiltIn::Shell, concurrency: concurrency(None).max(2) },
        limits: Limits::default(),
    })
    .await?;
    let outcome = tokio::select! {
        outcome = play(options, &server, &token) => outcome,
        signal = stop::told() => Err(Error::Other(format!("stopped by {signal}"))),
    };
    server.stop().await;
    outcome
}

async fn play(options: &Options, server: &Server, token: &str) -> Result<ExitCode> {
    let url = &server.loopback;
    say(format_args!("Pipewright listens on {url} (throwaway data, built-in shell runner)\n"));
    let client = Client::new(url, token);
    let project = client.create_project("roman").await?;
    push(url, token, &project).await?;
    say(format_args!("pushed the sample project to {url}/{}.git", project.path_with_namespace));

    let pipeline = follow::first_pipeline(&client, project.id).await?;
    say(format_args!("pipeline {} of {}:\n", pipeline.id, project.path_with_namespace));
    let status = follow::to_the_end(&client, project.id, pipeline.id).await?;
    say(format_args!("\npipeline {}: {status}", pipeline.id));

    let jobs = client.jobs(project.id, pipeline.id).await?;
    say(format_args!("\n{}", things_to_try(url, token, &project, &jobs)));
    let code = if status == "success" { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if !options.once {
        say("The server stays up until Ctrl-C.");
        stop::told().await;
    }
    Ok(code)
}

/// Commits the sample in a throwaway work tree and pushes it, as a person would.
async fn push(url: &str, token: &str, project: &Project) -> Result<()> {
    let with_token = url.replacen("http://", &format!("http://root:{token}@"), 1);
    let remote = format!("{with_token}/{}.git", project.path_with_namespace);
    let work = move || {
        let folder = tempfile::tempdir().map_err(|error| Error::Other(format!("temporary folder: {error}")))?;
        sample::commit(folder.path())?;
        sample::push(folder.path(), &remote)
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Other(error.to_string()))?
}

fn things_to_try(url: &str, token: &str, project: &Project, jobs: &[Job]) -> String {
    let id = project.id;
    let job = |name: &str| jobs.iter().find(|job| job.name == name).map_or(0, |job| job.id);
    let clone = format!("{url}/{}.git", project.path_with_namespace);
    format!(
        "\
Things to try:
  TOKEN={token}
  curl --header \"PRIVATE-TOKEN: $TOKEN\" {url}/api/v4/projects/{id}/jobs
  curl --header \"PRIVATE-TOKEN: $TOKEN\" {url}/api/v4/projects/{id}/jobs/{build}/trace
  curl --header \"PRIVATE-TOKEN: $TOKEN\" --output roman.zip {url}/api/v4/projects/{id}/jobs/{archive}/artifacts
  curl --header \"PRIVATE-TOKEN: $TOKEN\" --request POST {url}/api/v4/projects/{id}/jobs/{release}/play
  git clone {clone}
",
        build = job("build"),
        archive = job("archive"),
        release = job("release"),
    )
}
