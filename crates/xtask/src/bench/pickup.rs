//! From a push to the job in the hands of a runner that waits for it.

use super::http::Connection;
use super::served::{Served, number};
use super::{figure, spread};
use crate::process;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::Instant;

const PUSHES: usize = 21;
const CI: &str = "job:\n  script: 'true'\n";

pub(crate) fn measure(binary: &Path) -> Result<(), String> {
    let server = Served::start(binary, &[])?;
    server.project("pickup")?;
    let made = server.connect()?.post("/api/v4/user/runners", &json!({ "runner_type": "instance_type" }))?;
    let made: Value = serde_json::from_slice(&made.body).unwrap_or_default();
    let token = made["token"].as_str().ok_or("no runner was made")?.to_owned();
    let tree = WorkTree::new(&server.remote("pickup"))?;

    let (told, times) = mpsc::channel();
    let address = server.address.clone();
    let runner = std::thread::spawn(move || wait_for_jobs(&address, &token, &told));
    let (mut whole, mut after) = (Vec::new(), Vec::new());
    for _ in 0..PUSHES {
        // Until the runner's question is held by the server.
        std::thread::sleep(std::time::Duration::from_millis(100));
        tree.commit()?;
        let start = Instant::now();
        tree.push()?;
        let pushed = Instant::now();
        let picked: Instant = times.recv().map_err(|_| "the runner gave up")?;
        whole.push(picked - start);
        after.push(picked.saturating_duration_since(pushed));
    }
    drop(times);
    drop(server);
    let _ = runner.join();
    figure("git push ends to job picked up", &spread(after), "under 50 ms in the median");
    figure("git push starts to job picked up", &spread(whole), "none: it is mostly git itself");
    Ok(())
}

/// A runner that holds its question and tells when a job came.
fn wait_for_jobs(address: &str, token: &str, told: &mpsc::Sender<Instant>) -> Result<(), String> {
    let mut connection = Connection::open(address, &[])?;
    let mut last_update = String::new();
    loop {
        let request = json!({ "token": token, "system_id": "s_bench", "last_update": last_update,
            "info": { "features": {} } });
        let answer = connection.post("/api/v4/jobs/request", &request)?;
        if let Some(value) = answer.header("x-gitlab-last-update") {
            value.clone_into(&mut last_update);
        }
        if answer.status != 201 {
            continue;
        }
        let picked = Instant::now();
        let id = number(&answer, "id")?;
        let payload: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        connection.put(&format!("/api/v4/jobs/{id}"), &json!({ "token": payload["token"], "state": "success" }))?;
        if told.send(picked).is_err() {
            return Ok(());
        }
    }
}

/// A work tree with an empty commit for each push.
struct WorkTree {
    folder: std::path::PathBuf,
    remote: String,
}

impl WorkTree {
    fn new(remote: &str) -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("pipewright-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let tree = Self { folder, remote: remote.to_owned() };
        tree.git(&["init", "--quiet", "--initial-branch=main"])?;
        std::fs::write(tree.folder.join(".gitlab-ci.yml"), CI).map_err(|error| error.to_string())?;
        tree.git(&["add", "--all"])?;
        Ok(tree)
    }

    fn commit(&self) -> Result<(), String> {
        self.git(&[
            "-c",
            "user.name=Bench",
            "-c",
            "user.email=b@example.com",
            "commit",
            "--quiet",
            "--allow-empty",
            "-mx",
        ])
    }

    fn push(&self) -> Result<(), String> {
        self.git(&["push", "--quiet", &self.remote, "main"])
    }

    fn git(&self, arguments: &[&str]) -> Result<(), String> {
        let mut git = Command::new("git");
        git.arg("-C").arg(&self.folder).args(arguments);
        process::output(git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1")).map(|_| ())
    }
}

impl Drop for WorkTree {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
