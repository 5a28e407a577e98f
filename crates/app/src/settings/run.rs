//! The built-in runner beside a server.

use super::File;
use serde::Deserialize;

/// Which built-in runner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BuiltIn {
    /// None: a server does not run other people's scripts unless told to
    #[default]
    None,
    /// Scripts run as this user, in a shell on this machine
    Shell,
}

/// As given.
#[derive(Debug, clap::Args)]
pub(crate) struct RunOptions {
    /// Built-in runner to start beside the server [default: none]
    #[arg(long, env = "PIPEWRIGHT_RUNNER", value_name = "KIND")]
    pub(crate) runner: Option<BuiltIn>,
    /// Jobs the built-in runner runs at the same time [default: the number of processors]
    #[arg(long, env = "PIPEWRIGHT_CONCURRENCY", value_name = "N", value_parser = positive)]
    pub(crate) concurrency: Option<usize>,
}

/// As meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunSettings {
    pub(crate) kind: BuiltIn,
    pub(crate) concurrency: usize,
}

impl RunOptions {
    /// With what the file says.
    pub(crate) fn resolve(self, file: &File) -> RunSettings {
        RunSettings {
            kind: self.runner.or(file.runner).unwrap_or_default(),
            concurrency: concurrency(self.concurrency.or(file.concurrency)),
        }
    }
}

/// The number given, or one job per processor.
pub(crate) fn concurrency(given: Option<usize>) -> usize {
    given.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
}

/// At least one.
pub(crate) fn positive(text: &str) -> std::result::Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a whole number, at least 1".to_owned()),
        Ok(number) => Ok(number),
    }
}
