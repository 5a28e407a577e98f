//! A work tree and the binary in it.

#![allow(dead_code, reason = "each test file uses a part")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What came of one run.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Fails with everything that was printed.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "--- stdout\n{}--- stderr\n{}", self.out, self.err);
        self
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

/// A folder with files, perhaps a repository.
pub(crate) struct Tree {
    folder: TempDir,
}

impl Tree {
    /// No repository.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self { folder: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            tree.write(name, text);
        }
        tree
    }

    /// A repository with these files committed on `main`.
    pub(crate) fn committed(files: &[(&str, &str)]) -> Self {
        let tree = Self::new(files);
        tree.git(&["init", "--quiet", "--initial-branch=main"]);
        tree.commit("Start");
        tree
    }

    /// One file, `.gitlab-ci.yml`.
    pub(crate) fn of(text: &str) -> Self {
        Self::new(&[(".gitlab-ci.yml", text)])
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.current_dir(self.path()).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Test").env(format!("GIT_{who}_EMAIL"), "test@example.com");
        }
        let output = git.args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// `pipewright lint` here.
    pub(crate) fn lint(&self, arguments: &[&str]) -> Ran {
        self.lint_in(".", arguments)
    }

    /// The same from a folder below.
    pub(crate) fn lint_in(&self, folder: &str, arguments: &[&str]) -> Ran {
        ran(command(arguments).current_dir(self.path().join(folder)))
    }

    /// The same with something on standard input.
    pub(crate) fn lint_stdin(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut command = command(arguments);
        command.current_dir(self.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A refusal may come before everything is read.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        of(&output)
    }
}

/// The command, without the settings of whoever runs the tests.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipewright"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PIPEWRIGHT_") {
            command.env_remove(name);
        }
    }
    command.arg("lint").args(arguments).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub(crate) fn ran(command: &mut Command) -> Ran {
    of(&command.output().unwrap())
}

fn of(output: &std::process::Output) -> Ran {
    Ran {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
