//! The release server over the data folder that is measured.

use crate::Outcome;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The administrator's token.
pub(crate) const ROOT: &str = "glpat-cargo-xtask-bench";

/// Where the data is and what serves it.
pub(crate) struct Place {
    pub(crate) binary: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) postgres: Option<String>,
}

/// A running program that said where it listens; ended when dropped.
pub(crate) struct Served {
    child: Child,
    /// `127.0.0.1:PORT`
    pub(crate) address: String,
    http: Client,
}

impl Place {
    /// The server, ready, with further arguments.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Outcome<Served> {
        let mut command = Command::new(&self.binary);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "error", "--root-token", ROOT]);
        command.args(["--limit", "job-lists-per-minute=0"]).args(arguments).arg("--data-dir").arg(&self.folder);
        if let Some(url) = &self.postgres {
            command.args(["--database", url]);
        }
        Served::start(&mut command)
    }
}

impl Served {
    /// Starts a program whose first line is `listening on http://…`.
    pub(crate) fn start(command: &mut Command) -> Outcome<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let Some(address) = line.trim().strip_prefix("listening on http://") else {
            let _ = child.kill();
            return Err(format!("the server said {line:?}").into());
        };
        Ok(Self { address: address.to_owned(), child, http: Client::new() })
    }

    /// A request of the administrator's; `path` is below `/api/v4`.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).header("PRIVATE-TOKEN", ROOT)
    }

    /// A request without credentials.
    pub(crate) fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("http://{}/api/v4{path}", self.address))
    }

    /// POST of JSON by the administrator.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        let answer = self.request(Method::POST, path).json(body).send().await?;
        if !answer.status().is_success() {
            return Err(format!("POST {path}: {} {}", answer.status(), answer.text().await?).into());
        }
        Ok(answer.json().await?)
    }

    /// Largest resident memory since the start, and the present one, in bytes.
    pub(crate) fn resident(&self) -> Option<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
        };
        Some((field("VmHWM:")?, field("VmRSS:")?))
    }

    /// Processor time used so far, in seconds.
    pub(crate) fn processor(&self) -> Option<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        // utime and stime, in hundredths of a second.
        Some((fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?) / 100.0)
    }
}

/// A field of an answer that must be a number.
pub(crate) fn number(value: &Value, field: &str) -> Outcome<i64> {
    value[field].as_i64().ok_or_else(|| format!("no {field} in {value}").into())
}

/// A field of an answer that must be text.
pub(crate) fn text(value: &Value, field: &str) -> Outcome<String> {
    value[field].as_str().map(ToOwned::to_owned).ok_or_else(|| format!("no {field} in {value}").into())
}

impl Drop for Served {
    fn drop(&mut self) {
        // Politely, so that the database is closed.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}
