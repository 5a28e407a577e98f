//! Settings of a runner.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::keeper::KEEPER_ARGUMENT;

/// Settings of one runner: one token against one server.
#[derive(Debug, Clone)]
pub struct RunnerConfig {
    /// The server's address, with or without a path; a trailing `/` or `/ci` is cut.
    pub url: String,
    /// The runner's authentication token.
    pub token: String,
    /// Shown at the top of every log.
    pub name: String,
    /// Where jobs have their folders: `<builds_dir>/<short token>/<slot>/<project path>`.
    pub builds_dir: PathBuf,
    /// Where caches are kept.
    pub cache_dir: PathBuf,
    /// Where the runner remembers the id of this machine.
    pub system_id_file: PathBuf,
    /// Most jobs at once; at least 1 is used.
    pub concurrency: usize,
    /// `bash`, `sh`, or a path; `None` takes bash, or sh where bash is missing.
    pub shell: Option<String>,
    /// Least time between two questions for work that a server answers at once.
    pub check_interval: Duration,
    /// How long output may wait before it is sent.
    pub flush_interval: Duration,
    /// Silence after which the server is told that the job is alive. The answer brings the news of a
    /// cancel, so this is also the longest a silent job takes to notice one.
    pub keep_alive: Duration,
    /// Time processes have between being asked to end and being killed.
    pub kill_grace: Duration,
    /// Most time `after_script` may take, unless the job says otherwise.
    pub after_script_timeout: Duration,
    /// Most bytes of a job's log; the rest is dropped with a notice.
    pub log_limit: u64,
    /// Wait before the first repetition of a failed call; doubles up to [`Self::retry_most`].
    pub retry_least: Duration,
    /// Longest wait between repetitions of a failed call.
    pub retry_most: Duration,
    /// Variables of the runner's own environment that jobs see. Everything else is withheld, as a
    /// server's environment holds its secrets.
    pub pass_env: Vec<String>,
    /// The command that starts a keeper (see [`crate::keep_if_asked`]): this program by default.
    pub keeper: Vec<OsString>,
    /// The system clock, in whole seconds since 1970 (for section marks).
    pub clock: fn() -> i64,
    /// A source of unpredictable numbers.
    pub random: fn() -> u64,
}

/// What jobs need of a machine to find their tools.
const PASSED: [&str; 32] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "GOPATH",
    "GOROOT",
    "GOPROXY",
    "JAVA_HOME",
    "NVM_DIR",
    "PYENV_ROOT",
    "RBENV_ROOT",
    "PIP_INDEX_URL",
    "NPM_CONFIG_REGISTRY",
    "XDG_RUNTIME_DIR",
];

impl RunnerConfig {
    /// Settings with the defaults: one job at a time, everything kept below `builds_dir`.
    pub fn new(
        url: impl Into<String>,
        token: impl Into<String>,
        builds_dir: impl Into<PathBuf>,
        clock: fn() -> i64,
        random: fn() -> u64,
    ) -> Self {
        let builds_dir = builds_dir.into();
        Self {
            url: url.into(),
            token: token.into(),
            name: "built-in".to_owned(),
            cache_dir: builds_dir.join(".cache"),
            system_id_file: builds_dir.join(".runner_system_id"),
            builds_dir,
            concurrency: 1,
            shell: None,
            check_interval: Duration::from_secs(3),
            flush_interval: Duration::from_millis(120),
            keep_alive: Duration::from_secs(10),
            kill_grace: Duration::from_secs(5),
            after_script_timeout: Duration::from_mins(5),
            log_limit: 50 * 1024 * 1024,
            retry_least: Duration::from_millis(200),
            retry_most: Duration::from_secs(30),
            pass_env: PASSED.iter().map(|name| (*name).to_owned()).collect(),
            keeper: this_program(),
            clock,
            random,
        }
    }

    /// Gives jobs this limit of open files (`ulimit -Sn`) instead of the runner's own.
    pub fn limit_open_files(&mut self, most: u64) {
        if let Some(argument) = self.keeper.last_mut() {
            argument.push(format!(":{most}"));
        }
    }

    /// The token's short name: it names folders and `CI_RUNNER_SHORT_TOKEN` (runner protocol §2.1).
    pub fn short_token(&self) -> String {
        let mut rest = self.token.as_str();
        for prefix in ["glrt-", "glrtr-", "t1_", "t2_", "t3_"] {
            rest = rest.strip_prefix(prefix).unwrap_or(rest);
        }
        let safe = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        rest.chars().filter(safe).take(9).collect()
    }

    /// Hex digits nobody can guess.
    pub(crate) fn nonce(&self) -> String {
        format!("{:016x}{:016x}", (self.random)(), (self.random)())
    }
}

fn this_program() -> Vec<OsString> {
    let program = std::env::current_exe().map_or_else(|_| "pipewright".into(), PathBuf::into_os_string);
    vec![program, KEEPER_ARGUMENT.into()]
}

#[cfg(test)]
mod tests {
    use super::RunnerConfig;

    #[test]
    fn the_short_token_leaves_out_prefixes() {
        let short = |token: &str| RunnerConfig::new("http://h", token, "b", || 0, || 0).short_token();
        assert_eq!(short("glrt-t1_abcdefghijkl"), "abcdefghi");
        assert_eq!(short("glrt-abcdefghijkl"), "abcdefghi");
        assert_eq!(short("../../x"), "x");
    }
}
