//! A release server to measure, and the few things one does to it.

use super::http::{Answer, Connection};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const TOKEN: &str = "glpat-cargo-xtask-bench";

/// A running server, killed when dropped.
pub(crate) struct Served {
    child: Child,
    /// `127.0.0.1:PORT`
    pub(crate) address: String,
}

impl Served {
    /// `serve --ephemeral` with more arguments, ready.
    pub(crate) fn start(binary: &Path, arguments: &[&str]) -> Result<Self, String> {
        let mut child = Command::new(binary)
            .args(["serve", "--ephemeral", "--listen", "127.0.0.1:0", "--log", "error", "--root-token", TOKEN])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", binary.display()))?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line).map_err(|error| error.to_string())?;
        }
        let Some(address) = line.trim().strip_prefix("listening on http://") else {
            let _ = child.kill();
            return Err(format!("the server said {line:?}"));
        };
        Ok(Self { address: address.to_owned(), child })
    }

    /// Resident memory in bytes.
    pub(crate) fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
    }

    /// A connection with the administrator's token.
    pub(crate) fn connect(&self) -> Result<Connection, String> {
        Connection::open(&self.address, &[("PRIVATE-TOKEN", TOKEN)])
    }

    /// Makes a project; its id.
    pub(crate) fn project(&self, name: &str) -> Result<i64, String> {
        let answer = self.connect()?.post("/api/v4/projects", &json!({ "name": name }))?;
        number(&answer, "id")
    }

    /// The remote address with credentials.
    pub(crate) fn remote(&self, project: &str) -> String {
        format!("http://root:{TOKEN}@{}/root/{project}.git", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Politely, so that its throwaway folder goes.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// A field that must be a number.
pub(crate) fn number(answer: &Answer, field: &str) -> Result<i64, String> {
    let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    value[field].as_i64().ok_or_else(|| format!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body)))
}
