//! Being told to stop while something is going on.

use crate::support::{Served, WorkTree, json, until};
use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::json as object;

const SLOW: &str = "slow:\n  script:\n    - echo begun\n    - sleep 1000 & echo $! > \"$PID_FILE\"; wait\n";

#[tokio::test]
async fn a_held_question_for_work_is_let_go() {
    let mut server = Served::start(&["--ephemeral", "--limit", "long-poll-seconds=3000"]);
    let api = server.api();
    let runner = api.post("/user/runners", &object!({ "runner_type": "instance_type" })).await;
    let body = object!({ "token": runner["token"], "system_id": "s_stop", "info": {} });
    // The first answer carries the queue's state; only a question that knows it is held.
    let first = api.bare(Method::POST, "/jobs/request").json(&body).send().await.unwrap();
    let known = first.headers()["x-gitlab-last-update"].to_str().unwrap().to_owned();
    let body = object!({ "token": runner["token"], "system_id": "s_held", "info": {}, "last_update": known });
    let held = tokio::spawn(api.bare(Method::POST, "/jobs/request").json(&body).send());
    api.asked(&runner, "s_held").await;
    assert!(!held.is_finished());
    server.signal(Signal::SIGTERM);
    assert_eq!(held.await.unwrap().unwrap().status(), 204);
    assert_eq!(server.wait().code(), Some(0), "{}", server.log());
}

#[tokio::test]
async fn a_job_of_the_built_in_runner_is_ended_reported_and_leaves_no_process() {
    let data = tempfile::tempdir().unwrap();
    let pid_file = data.path().join("pid");
    let arguments = ["--data-dir", data.path().to_str().unwrap(), "--runner", "shell"];
    let mut server = Served::start(&arguments);
    let api = server.api();
    let project = api.project("slow").await;
    let variable = object!({ "key": "PID_FILE", "value": pid_file.to_str().unwrap() });
    json(api.request(Method::POST, &format!("/projects/{project}/variables")).json(&variable), 201).await;
    WorkTree::new(&[(".gitlab-ci.yml", SLOW)]).push(&server.url, "slow");
    let path = format!("/projects/{project}/jobs");
    let job = api.until(&path, |jobs| jobs[0]["id"].as_i64().filter(|_| jobs[0]["status"] == "running")).await;
    // With its line's end it is whole.
    let read = || std::fs::read_to_string(&pid_file).ok().filter(|text| text.ends_with('\n'));
    let pid = until("the number of the job's process", read).await;

    server.signal(Signal::SIGTERM);
    assert_eq!(server.wait().code(), Some(0), "{}", server.log());
    assert!(!std::path::Path::new("/proc").join(pid.trim()).exists(), "process {pid} survived its job");

    let server = Served::start(&arguments[..2]);
    let job = server.api().get(&format!("/projects/{project}/jobs/{job}")).await;
    assert_eq!(job["status"], "failed");
    assert_ne!(job["failure_reason"], "script_failure", "it was not the script's fault");
}
