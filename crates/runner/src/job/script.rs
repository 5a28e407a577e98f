//! Shell scripts made from a job's commands.

use std::path::{Path, PathBuf};

use crate::config::RunnerConfig;

/// Which shell scripts are written for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shell {
    /// The program.
    pub(crate) path: PathBuf,
    /// Whether it knows `pipefail`.
    pub(crate) is_bash: bool,
}

impl Shell {
    /// The shell of the settings, or bash, or sh where bash is missing.
    pub(crate) fn find(config: &RunnerConfig) -> Self {
        let wanted = config.shell.as_deref();
        let path = match wanted {
            Some(name) if name.contains('/') => PathBuf::from(name),
            Some(name) => on_path(name).unwrap_or_else(|| PathBuf::from(name)),
            None => on_path("bash").unwrap_or_else(|| PathBuf::from("/bin/sh")),
        };
        let is_bash = path.file_name().is_some_and(|name| name == "bash");
        Self { path, is_bash }
    }

    /// Its name for people.
    pub(crate) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// A script that runs the commands, stops at the first that fails, and shows each before it
    /// runs.
    pub(crate) fn script(&self, commands: &[String], debug: bool) -> String {
        let line = |command: &String| format!("printf '%s\\n' {}\n{command}\n", quote(&shown(command)));
        let lines: String = commands.iter().map(line).collect();
        self.opening(debug) + &lines
    }

    /// The first lines of every script.
    pub(crate) fn opening(&self, debug: bool) -> String {
        let strict = if self.is_bash { "set -eo pipefail\n" } else { "set -e\n" };
        let noisy = if debug { "set -x\n" } else { "" };
        format!("{strict}set +o noclobber\n{noisy}")
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(name));
    places.find(|place| is_program(place))
}

fn is_program(place: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let Ok(metadata) = place.metadata() else {
        return false;
    };
    metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
}

/// How a command appears in the log: its first line, in green.
fn shown(command: &str) -> String {
    let command = command.trim_end_matches('\n');
    match command.split_once('\n') {
        Some((first, _)) => format!("\x1b[32;1m$ {first} # collapsed multi-line command\x1b[0;m"),
        None => format!("\x1b[32;1m$ {command}\x1b[0;m"),
    }
}

/// A text as one word of a shell script.
pub(crate) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{Shell, quote};

    #[test]
    fn commands_are_shown_and_then_run() {
        let shell = Shell { path: "/bin/bash".into(), is_bash: true };
        let script = shell.script(&["echo it's".into(), "a\nb\n".into()], false);
        assert!(script.starts_with("set -eo pipefail\n"));
        assert!(script.contains("'\x1b[32;1m$ echo it'\\''s\x1b[0;m'\necho it's\n"));
        assert!(script.contains("$ a # collapsed multi-line command"));
        assert!(!Shell { path: "/bin/sh".into(), is_bash: false }.opening(false).contains("pipefail"));
    }

    #[test]
    fn quoted_words_stay_one_word() {
        assert_eq!(quote("a b"), "'a b'");
        assert_eq!(quote("'"), r"''\'''");
    }
}
