//! Timeouts, cancels and stops, and that no process survives its job.

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use pipewright_runner::Shutdown;
use support::{Running, Server, is_alive, job, pass, pids, run, with_after_script};

/// Starts processes that hide in every way a script can, and says their numbers; goes on once all have.
const HIDING: [&str; 5] = [
    "sleep 1000 & echo \"pid $!\"",
    "setsid bash -c 'trap \"\" TERM; echo \"pid $$\"; touch said.1; while :; do sleep 1; done' &",
    "env -i setsid sh -c 'echo \"pid $$\"; (setsid sleep 1000 >/dev/null 2>&1 & echo \"pid $!\"); touch said.2; \
     exec sleep 1000' & ",
    "nohup setsid bash -c 'echo \"pid $$\"; touch said.3; exec sleep 1000' </dev/null 2>&1 &",
    "until [ -e said.1 ] && [ -e said.2 ] && [ -e said.3 ]; do sleep 0.02; done",
];

fn hiding(id: i64, then: &str, more: serde_json::Value) -> serde_json::Value {
    let script: Vec<&str> = HIDING.into_iter().chain([then]).collect();
    job(id, &script, more)
}

fn assert_all_gone(log: &str, count: usize) {
    let pids = pids(log);
    assert_eq!(pids.len(), count, "{log}");
    for pid in pids {
        assert!(!is_alive(pid), "{pid} is alive\n{log}");
    }
}

#[tokio::test]
async fn a_timeout_ends_the_job_and_every_process_it_started() {
    let server = Server::start().await;
    let _runner = Running::start(&server);
    let job = hiding(1, "echo ready; sleep 1000", json!({"runner_info": {"timeout": 7200}}));
    server.push(with_after_script(job, &["echo after"]));
    server.until_log_has(1, "\nready\n").await;
    pass(Duration::from_hours(2)).await;
    let ended = server.until_end(1).await;
    ended.assert_state("failed");
    assert_eq!(ended.update["failure_reason"], "job_execution_timeout");
    ended.assert_has("took longer than 7200 seconds");
    ended.assert_lacks("\nafter\n");
    assert_all_gone(&ended.log, 5);
}

#[tokio::test]
async fn what_a_successful_job_leaves_running_is_ended_too() {
    let job = with_after_script(hiding(2, "true", json!({})), &["kill -0 $(cat left) && echo 'still here'"]);
    let mut job = job;
    job["steps"][0]["script"][0] = json!("sleep 1000 & echo \"pid $!\" ; echo $! > left");
    let (_, ended) = run(job).await;
    ended.assert_state("success");
    ended.assert_has("still here\n");
    assert_all_gone(&ended.log, 5);
}

#[tokio::test]
async fn trap_28_a_graceful_cancel_stops_the_script_and_runs_after_script() {
    let server = Server::start().await;
    let _runner = Running::start_with(&server, |config| config.keep_alive = Duration::from_millis(100));
    let artifacts = json!([{"name": "a", "paths": ["made"], "when": "on_failure", "artifact_type": "archive",
        "artifact_format": "zip"}]);
    let then = "touch made; echo started; sleep 1000";
    server.push(with_after_script(hiding(3, then, json!({"artifacts": artifacts})), &["echo \"was $CI_JOB_STATUS\""]));
    server.until_log_has(3, "\nstarted\n").await;
    server.change(|state| "canceling".clone_into(&mut state.job_status));
    let ended = server.until_end(3).await;
    ended.assert_state("failed");
    assert_eq!(ended.update["failure_reason"], "job_canceled");
    ended.assert_has("was canceled\n");
    assert_eq!(server.state().uploads.len(), 1);
    assert_all_gone(&ended.log, 5);
}

#[tokio::test]
async fn trap_30_an_immediate_cancel_kills_everything_without_after_script() {
    let server = Server::start().await;
    let runner = Running::start_with(&server, |config| config.keep_alive = Duration::from_millis(100));
    server.push(with_after_script(hiding(4, "echo started; sleep 1000", json!({})), &["touch /never"]));
    server.until_log_has(4, "\nstarted\n").await;
    let log = server.change(|state| {
        "canceled".clone_into(&mut state.job_status);
        state.log(4)
    });
    runner.shutdown.drain();
    runner.stopped().await;
    assert_eq!(server.state().log(4), log, "nothing is stored after the cancel");
    assert_all_gone(&log, 5);
}

#[tokio::test]
async fn a_stopped_runner_reports_its_jobs_as_interrupted() {
    let server = Server::start().await;
    let runner = Running::start(&server);
    server.push(job(5, &["echo \"pid $$\"", "echo started; sleep 1000"], json!({})));
    server.until_log_has(5, "\nstarted\n").await;
    runner.shutdown.abort();
    runner.stopped().await;
    let ended = server.until_end(5).await;
    assert_eq!(ended.update["failure_reason"], "runner_interrupted");
    assert_all_gone(&ended.log, 1);
}

#[tokio::test]
async fn a_draining_runner_lets_its_jobs_end_and_takes_no_more() {
    let server = Server::start().await;
    let runner = Running::start(&server);
    server.push(job(6, &["echo started; while [ ! -e go ]; do sleep 0.02; done; echo done"], json!({})));
    server.until_log_has(6, "\nstarted\n").await;
    runner.shutdown.drain();
    server.push(job(7, &["true"], json!({})));
    std::fs::write(runner.folder.path().join("abcdefghi/0/acme/widgets/go"), "").unwrap();
    runner.stopped().await;
    server.until_end(6).await.assert_state("success");
    assert_eq!(server.state().queue.len(), 1);
}

#[tokio::test]
async fn a_draining_runner_runs_the_job_that_is_already_its_own() {
    for told in [Shutdown::drain, Shutdown::abort] {
        let server = Server::start().await;
        server.change(|state| state.on_its_way = Some(job(9, &["echo done"], json!({}))));
        let runner = Running::start(&server);
        server.until(|state| state.requests.iter().any(|one| one["last_update"] == "v1").then_some(())).await;
        told(&runner.shutdown);
        runner.stopped().await;
        let ended = server.until_end(9).await;
        assert!(ended.update["state"] == "success" || ended.update["failure_reason"] == "runner_interrupted");
        assert_eq!(server.state().requests.len(), 2, "it asked again");
    }
}

#[tokio::test]
async fn a_runner_without_work_stops_as_soon_as_its_question_is_let_go() {
    let server = Server::start().await;
    let runner = Running::start(&server);
    server.until(|state| state.requests.iter().any(|one| one["last_update"] == "v1").then_some(())).await;
    runner.shutdown.drain();
    runner.stopped().await;
    let state = server.state();
    assert_eq!(state.requests.len(), 2, "it asked again");
    assert!(state.verified > 0);
}

#[tokio::test]
async fn a_script_that_kills_its_keeper_fails_and_leaves_nothing() {
    let script = ["setsid sleep 1000 & echo \"pid $!\"", "echo \"pid $$\"", "kill -9 $PPID; sleep 1000"];
    let (_, ended) = run(job(8, &script, json!({}))).await;
    ended.assert_state("failed");
    assert_eq!(ended.update["failure_reason"], "runner_system_failure");
    assert_all_gone(&ended.log, 2);
}

#[test]
fn a_keeper_whose_runner_dies_ends_its_processes() {
    let mut keeper = Command::new(env!("CARGO_BIN_EXE_pipewright-keeper"))
        .args([pipewright_runner::KEEPER_ARGUMENT, "nonce", "100", "bash", "-c"])
        .arg("env -i setsid sleep 1000 & echo \"pid $!\"; echo \"pid $$\"; exec sleep 1000")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(keeper.stderr.take().unwrap());
    let lines: Vec<String> = output.lines().take(2).map(Result::unwrap).collect();
    drop(keeper.stdin.take());
    keeper.wait().unwrap();
    assert_all_gone(&lines.join("\n"), 2);
}
