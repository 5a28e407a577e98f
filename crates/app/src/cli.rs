//! The command line: what each command takes is declared beside the command.

use crate::commands::{admin, demo, lint, runner, serve};
use clap::{Parser, Subcommand};

/// GitLab CI without the GitLab: git push in, pipelines, logs and artifacts out, over the API you know.
#[derive(Debug, Parser)]
#[command(name = "pipewright", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Every flag has a twin in the environment: PIPEWRIGHT_<FLAG>. \
    `pipewright <command> --help` has an example of each command.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    Serve(serve::Options),
    /// Show it: a throwaway server, a sample project, its pipeline run to the end
    Demo(demo::Options),
    /// Say what is wrong with a .gitlab-ci.yml, with line and column
    Lint(lint::Options),
    /// Run jobs of any server that speaks the runner protocol
    Runner(runner::Options),
    /// Look after users, tokens, projects and the database, on the server's own data
    Admin(admin::Options),
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_declarations_fit_together() {
        Cli::command().debug_assert();
    }

    /// Every flag of every command has its environment twin, and every command an example.
    #[test]
    fn every_flag_has_its_twin_and_every_command_an_example() {
        let cli = Cli::command();
        let mut commands: Vec<_> = cli.get_subcommands().collect();
        while let Some(command) = commands.pop() {
            if command.has_subcommands() {
                commands.extend(command.get_subcommands());
            } else {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("pipewright "), "{} has no example", command.get_name());
            }
            for flag in command.get_arguments().filter(|flag| flag.get_long().is_some()) {
                let long = flag.get_long().unwrap_or_default();
                let twin = format!("PIPEWRIGHT_{}", long.to_uppercase().replace('-', "_"));
                let env = flag.get_env().map(|name| name.to_string_lossy().into_owned());
                assert_eq!(env.as_deref(), Some(twin.as_str()), "--{long} of {}", command.get_name());
            }
        }
    }
}
