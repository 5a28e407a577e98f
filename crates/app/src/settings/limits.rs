//! The instance's limits, by name: `--limit artifact-bytes=1000000`, or a table `[limit]` in the file.

use super::File;
use crate::error::{Error, Result};
use pipewright_engine::limits::Limits;
use std::fmt::Write as _;

type Set = fn(&mut Limits, u64);
type Get = fn(&Limits) -> u64;

/// Name, what it is, how to read its default and how to set it.
const NAMES: &[(&str, &str, Get, Set)] = &[
    ("push-bytes", "largest push; 0 for any", |l| l.push_bytes, |l, n| l.push_bytes = n),
    (
        "artifact-bytes",
        "largest artifact archive; administrators may give a project its own",
        |l| l.artifact_bytes,
        |l, n| {
            l.artifact_bytes = n;
        },
    ),
    ("trace-bytes", "largest log", |l| l.trace_bytes, |l, n| l.trace_bytes = n),
    ("artifacts-expire-in", "seconds artifacts without expire_in are kept; 0 for ever", expire_in, |l, n| {
        l.artifacts_expire_in = (n > 0).then_some(n as i64);
    }),
    ("dotenv-bytes", "largest dotenv report, packed", |l| l.dotenv_bytes, |l, n| l.dotenv_bytes = n),
    (
        "dotenv-variables",
        "most variables in a dotenv report",
        |l| l.dotenv_variables as u64,
        |l, n| {
            l.dotenv_variables = n as usize;
        },
    ),
    (
        "long-poll-seconds",
        "how long a runner's question is held while there is no job",
        |l| l.long_poll_seconds,
        |l, n| {
            l.long_poll_seconds = n;
        },
    ),
    (
        "look-again-seconds",
        "how often a held question looks again on its own",
        |l| l.look_again_seconds,
        |l, n| {
            l.look_again_seconds = n.max(1);
        },
    ),
    (
        "silence-seconds",
        "a runner's silence after which its job is given up",
        |l| l.silence_seconds as u64,
        |l, n| {
            l.silence_seconds = n as i64;
        },
    ),
    (
        "timeout-grace-seconds",
        "how long past its timeout a job may take to end",
        |l| l.timeout_grace_seconds as u64,
        |l, n| l.timeout_grace_seconds = n as i64,
    ),
    (
        "stuck-seconds",
        "how long a job waits for a busy runner",
        |l| l.stuck_seconds as u64,
        |l, n| {
            l.stuck_seconds = n as i64;
        },
    ),
    (
        "unmatched-seconds",
        "how long a job waits where no runner would take it",
        |l| l.unmatched_seconds as u64,
        |l, n| {
            l.unmatched_seconds = n as i64;
        },
    ),
    ("config-bytes", "largest pipeline file or include", |l| l.config_bytes, |l, n| l.config_bytes = n),
    ("includes-bytes", "all files of one pipeline together", |l| l.includes_bytes, |l, n| l.includes_bytes = n),
    (
        "include-seconds",
        "how long one pipeline's includes may take",
        |l| l.include_seconds,
        |l, n| l.include_seconds = n,
    ),
    (
        "remote-include-seconds",
        "how long one include:remote may take",
        |l| l.remote_include_seconds,
        |l, n| l.remote_include_seconds = n,
    ),
    (
        "local-includes",
        "1 lets include:remote ask loopback, link-local and private addresses",
        |l| u64::from(l.local_includes),
        |l, n| l.local_includes = n > 0,
    ),
    ("pipeline-jobs", "most jobs of a pipeline", |l| l.pipeline_jobs as u64, |l, n| l.pipeline_jobs = n as usize),
    (
        "job-lists-per-minute",
        "how often one user may list a project's jobs; 0 for no limit",
        |l| u64::from(l.job_lists_per_minute),
        |l, n| l.job_lists_per_minute = u32::try_from(n).unwrap_or(u32::MAX),
    ),
    (
        "registration-tokens",
        "0 stops runners being registered with registration tokens",
        |l| u64::from(l.registration_tokens),
        |l, n| l.registration_tokens = n > 0,
    ),
    (
        "archive-jobs-seconds",
        "how long jobs may be played, retried, kept and erased; 0 for ever",
        archive_seconds,
        |l, n| {
            l.archive_jobs_seconds = (n > 0).then_some(i64::try_from(n).unwrap_or(i64::MAX));
        },
    ),
    (
        "git-commands",
        "most clones, archives and blames made at a time; more wait",
        |l| l.git_commands as u64,
        |l, n| l.git_commands = n.clamp(1, 100_000) as usize,
    ),
    ("git-wait-seconds", "how long they wait", |l| l.git_wait_seconds, |l, n| l.git_wait_seconds = n.min(86_400)),
    ("git-seconds", "how long git may work on one", |l| l.git_seconds, |l, n| l.git_seconds = n.clamp(1, 86_400)),
    (
        "git-transfer-seconds",
        "how long a client may take over one",
        |l| l.git_transfer_seconds,
        |l, n| l.git_transfer_seconds = n.clamp(1, 864_000),
    ),
    (
        "searches",
        "most searches in repositories at a time; more wait",
        |l| l.searches as u64,
        |l, n| l.searches = n.clamp(1, 1000) as usize,
    ),
    (
        "search-seconds",
        "how long one may take, its wait included",
        |l| l.search_seconds,
        |l, n| l.search_seconds = n.clamp(1, 3600),
    ),
    (
        "connections",
        "most connections at a time; more wait",
        |l| l.connections as u64,
        |l, n| l.connections = n.clamp(1, 1_000_000) as usize,
    ),
    (
        "idle-seconds",
        "how long a connection may be without a request",
        |l| l.idle_seconds,
        |l, n| l.idle_seconds = n.clamp(1, 86_400),
    ),
    (
        "stall-seconds",
        "how long a body or an answer may stand still",
        |l| l.stall_seconds,
        |l, n| l.stall_seconds = n.clamp(1, 86_400),
    ),
    ("runner-token-seconds", "how long a runner's token lives; 0 for ever", token_seconds, |l, n| {
        l.runner_token_seconds = (n > 0).then_some(n as i64);
    }),
];

fn archive_seconds(limits: &Limits) -> u64 {
    limits.archive_jobs_seconds.map_or(0, |seconds| seconds as u64)
}

fn token_seconds(limits: &Limits) -> u64 {
    limits.runner_token_seconds.map_or(0, |seconds| seconds as u64)
}

fn expire_in(limits: &Limits) -> u64 {
    limits.artifacts_expire_in.map_or(0, |seconds| seconds as u64)
}

/// As given.
#[derive(Debug, clap::Args)]
pub(crate) struct LimitOptions {
    /// Change a limit; may be given again, or several with commas between (see below for the names)
    #[arg(long, env = "PIPEWRIGHT_LIMIT", value_name = "NAME=N", value_delimiter = ',')]
    limit: Vec<String>,
}

impl LimitOptions {
    /// With what the file says.
    pub(crate) fn resolve(&self, file: &File) -> Result<Limits> {
        let mut limits = Limits::default();
        for (name, value) in &file.limit {
            set(&mut limits, name, *value)?;
        }
        for pair in &self.limit {
            let number = pair.split_once('=').and_then(|(name, value)| Some((name.trim(), value.trim().parse().ok()?)));
            let (name, value) =
                number.ok_or_else(|| Error::Other(format!("--limit {pair}: NAME=N, like trace-bytes=1000000")))?;
            set(&mut limits, name, value)?;
        }
        Ok(limits)
    }
}

fn set(limits: &mut Limits, name: &str, value: u64) -> Result<()> {
    // Numbers beyond this are no limit at all, and times are signed in the database.
    let value = value.min(i64::MAX as u64);
    let known = NAMES.iter().find(|(known, ..)| *known == name);
    let (.., set) = known.ok_or_else(|| {
        let names: Vec<&str> = NAMES.iter().map(|(name, ..)| *name).collect();
        Error::Other(format!("there is no limit {name}; there are {}", names.join(", ")))
    })?;
    set(limits, value);
    Ok(())
}

/// The names with their defaults, for the help text.
pub(crate) fn help() -> String {
    let defaults = Limits::default();
    let mut text = "Limits (--limit NAME=N) and their defaults:\n".to_owned();
    for (name, what, get, _) in NAMES {
        let _ = writeln!(text, "  {:<34}{what}", format!("{name}={}", get(&defaults)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{LimitOptions, help};
    use crate::settings::File;

    #[test]
    fn flags_beat_the_file_and_names_are_known() {
        let file: File = toml::from_str("[limit]\ntrace-bytes = 7\nconfig-bytes = 8").unwrap();
        let options = LimitOptions { limit: vec!["trace-bytes=9".into(), "artifacts-expire-in=0".into()] };
        let limits = options.resolve(&file).unwrap();
        assert_eq!((limits.trace_bytes, limits.config_bytes, limits.artifacts_expire_in), (9, 8, None));
        let wrong = LimitOptions { limit: vec!["trace-byte=9".into()] };
        assert!(wrong.resolve(&file).unwrap_err().to_string().contains("there is no limit trace-byte;"));
        assert!(help().contains("artifact-bytes=104857600"));
    }
}
