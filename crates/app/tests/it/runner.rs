//! `runner`: the built-in runner on its own, beside a server that has none.

use crate::support::{Served, WorkTree, pipewright, run, texts};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

#[tokio::test]
async fn it_runs_jobs_of_a_server_and_drains_when_told_to_stop() {
    let server = Served::start(&["--ephemeral"]);
    let api = server.api();
    let made = api.post("/user/runners", &json!({ "runner_type": "instance_type", "description": "apart" })).await;
    let folder = tempfile::tempdir().unwrap();
    let mut command = pipewright();
    command
        .args(["runner", "--url", &server.url, "--concurrency", "1", "--work-dir"])
        .arg(folder.path().join("builds"));
    let mut runner = command.env("PIPEWRIGHT_TOKEN", made["token"].as_str().unwrap()).spawn().unwrap();

    let project = api.project("apart").await;
    let gate = folder.path().join("gate");
    let ci =
        format!("job:\n  script:\n    - while ! [ -e {0} ]; do sleep 0.05; done\n    - echo done\n", gate.display());
    WorkTree::new(&[(".gitlab-ci.yml", &ci)]).push(&server.url, "apart");
    let jobs = format!("/projects/{project}/jobs");
    api.until(&jobs, |jobs| (jobs[0]["status"] == "running").then_some(())).await;

    kill(Pid::from_raw(runner.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
    std::fs::write(gate, "").unwrap();
    let pipeline = api.ended_pipeline(project).await;
    assert_eq!(pipeline["status"], "success", "{}", api.story(project, &pipeline).await);
    assert_eq!(runner.wait().unwrap().code(), Some(0));
    let jobs = api.get(&jobs).await;
    assert_eq!(jobs[0]["runner"]["description"], "apart");
}

#[test]
fn what_it_needs_is_asked_for_by_name() {
    for (arguments, said) in [(&[][..], "--url is missing"), (&["--url", "http://127.0.0.1:1"], "--token is missing")] {
        let output = run(pipewright().arg("runner").args(arguments));
        assert_eq!(output.status.code(), Some(1));
        assert!(texts(&output).1.contains(said));
    }
}
