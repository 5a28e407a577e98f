//! From a byte a script echoes to the same byte in the trace endpoint, with the built-in runner.

use super::served::Served;
use super::{figure, spread};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const LINES: usize = 20;
/// Between two looks at the log.
const LOOK: Duration = Duration::from_millis(3);

pub(crate) fn measure(binary: &Path) -> Result<(), String> {
    let server = Served::start(binary, &["--runner", "shell", "--concurrency", "1"])?;
    let project = server.project("echo")?;
    let script = format!("for i in $(seq {LINES}); do echo \"at $(date +%s%N)\"; sleep 0.37; done");
    let ci = json!({ "job": { "script": [script] } }).to_string();
    let commit = json!({ "branch": "main", "commit_message": "Echo", "actions": [
        { "action": "create", "file_path": ".gitlab-ci.yml", "content": ci } ] });
    let mut connection = server.connect()?;
    connection.post(&format!("/api/v4/projects/{project}/repository/commits"), &commit)?;
    let job = loop {
        let jobs = connection.get(&format!("/api/v4/projects/{project}/jobs"))?;
        let jobs: Value = serde_json::from_slice(&jobs.body).unwrap_or_default();
        if let Some(id) = jobs[0]["id"].as_i64() {
            break id;
        }
        std::thread::sleep(LOOK);
    };
    let (mut seen, mut delays) = (BTreeSet::new(), Vec::new());
    while delays.len() < LINES {
        let trace = connection.get(&format!("/api/v4/projects/{project}/jobs/{job}/trace"))?;
        let now = now();
        let text = String::from_utf8_lossy(&trace.body).into_owned();
        for line in text.lines() {
            let at = line.rsplit_once("at ").and_then(|(_, at)| at.trim().parse::<u64>().ok());
            if let Some(at) = at.filter(|at| seen.insert(*at)) {
                delays.push(now.saturating_sub(Duration::from_nanos(at)));
            }
        }
        if text.contains("Job failed") || text.contains("ERROR:") {
            return Err(format!("the job failed:\n{text}"));
        }
        std::thread::sleep(LOOK);
    }
    figure("echo in a script to the trace endpoint", &spread(delays), "under 300 ms");
    Ok(())
}

/// Since 1970: the script's `date` and we read the same clock.
#[expect(clippy::disallowed_methods, reason = "a chore, not the product: compared with `date` of the script")]
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
