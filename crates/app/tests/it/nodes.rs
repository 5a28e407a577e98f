//! Two servers on one PostgreSQL: what one of them knows, the other finds.

use crate::push::fresh_database;
use crate::support::{Served, WorkTree, json};
use reqwest::Method;
use serde_json::json as object;

const CI: &str = "job:\n  script: make\n";

#[tokio::test]
async fn invariant_1_a_bell_that_rang_elsewhere_delays_and_loses_nothing() {
    let Ok(postgres) = std::env::var("PIPEWRIGHT_TEST_POSTGRES") else {
        println!("skipped: PIPEWRIGHT_TEST_POSTGRES is not set");
        return;
    };
    let database = fresh_database(&postgres);
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // What one server sealed the other opens: they share the key.
    let key = here.path().join("shared.key").to_str().unwrap().to_owned();
    let node = |folder: &tempfile::TempDir| {
        let data = folder.path().to_str().unwrap().to_owned();
        let places = ["--database", &database, "--data-dir", &data, "--key-file", &key];
        Served::start(&[&places[..], &["--limit", "look-again-seconds=1"]].concat())
    };
    let (pushed_to, asked) = (node(&here), node(&there));
    pushed_to.api().project("nodes").await;
    let runner = asked.api().post("/user/runners", &object!({ "runner_type": "instance_type" })).await;

    // The runner's question is held by one server while the push arrives at the other.
    let body = object!({ "token": runner["token"], "system_id": "s_nodes", "info": {} });
    let first = asked.api().bare(Method::POST, "/jobs/request").json(&body).send().await.unwrap();
    assert_eq!(first.status(), 204);
    let known = first.headers()["x-gitlab-last-update"].to_str().unwrap().to_owned();
    let body = object!({ "token": runner["token"], "system_id": "s_held", "info": {}, "last_update": known });
    let held = tokio::spawn(json(asked.api().bare(Method::POST, "/jobs/request").json(&body), 201));
    asked.api().asked(&runner, "s_held").await;
    WorkTree::new(&[(".gitlab-ci.yml", CI)]).push(&pushed_to.url, "nodes");
    assert_eq!(held.await.unwrap()["job_info"]["name"], "job");
}
