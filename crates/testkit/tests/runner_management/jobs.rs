//! `GET /runners/:id/jobs` (§3).

use crate::support::{make, verify};
use pipewright_testkit::{Api, TestServer, for_both};
use serde_json::{Value, json};

const TWO: &str = "work:\n  script: [make]\n  parallel: 2\n";

/// Takes a job with a runner's token; its payload.
async fn take(server: &TestServer, token: &str) -> Value {
    let body = json!({ "token": token, "system_id": "s_a", "info": crate::support::info("17.0.0") });
    let ask = async || {
        let reply = server.anonymous().post("/jobs/request", body.clone()).await;
        (reply.status == 201).then(|| reply.json())
    };
    server.until("a job for the runner", ask).await
}

async fn finish(server: &TestServer, job: &Value, state: &str) {
    let body = json!({ "token": job["token"], "state": state });
    let _ = server.anonymous().put(&format!("/jobs/{}", job["id"]), body).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_jobs_a_runner_took_are_listed_with_their_projects() {
    for_both(async |server| {
        let owner = server.user("owner").await;
        let project = server.project(&owner, "code").await;
        let runner = make(&owner, json!({ "runner_type": "project_type", "project_id": project.id })).await;
        let _ = project.pipeline(TWO).await;
        let (first, second) = (take(server, &runner.token).await, take(server, &runner.token).await);
        finish(server, &first, "success").await;
        let number = |job: &Value| job["id"].as_i64().expect("an id");
        let (first, second) = (number(&first), number(&second));
        let list = async |query: &str| owner.get(&runner.at(&format!("/jobs{query}"))).await.expect(200).ids();
        assert_eq!(list("").await, [second.max(first), second.min(first)]);
        assert_eq!(list("?order_by=id&sort=asc").await, [second.min(first), second.max(first)]);
        assert_eq!(list("?status=success").await, [first]);
        assert_eq!(list("?status=running").await, [second]);
        assert_eq!(list("?system_id=s_a").await.len(), 2);
        assert!(list("?system_id=s_other").await.is_empty());

        let shown = owner.get(&runner.at("/jobs?status=success")).await.expect(200).json();
        assert_eq!(shown[0]["project"]["path_with_namespace"], "owner/code");
        assert_eq!(shown[0]["project"]["id"], project.id);
        assert!(shown[0]["pipeline"]["id"].is_i64() && shown[0].get("artifacts").is_none(), "{shown}");
        let busy = owner.get(&runner.at("")).await.expect(200).json();
        assert_eq!(busy["job_execution_status"], "active");
        let machines = owner.get(&runner.at("/managers")).await.expect(200).json();
        assert_eq!(machines[0]["job_execution_status"], "active");

        let _ = owner.get(&runner.at("/jobs?status=best")).await.expect(400);
        let _ = owner.get(&runner.at("/jobs?sort=sideways")).await.expect(400);
        let _ = server.user("stranger").await.get(&runner.at("/jobs")).await.expect(403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_jobs_go_by_cursor() {
    for_both(async |server| {
        let admin = server.admin();
        let project = server.project(&admin, "code").await;
        let runner = make(&admin, json!({ "runner_type": "instance_type" })).await;
        let _ = project.pipeline("work:\n  script: [make]\n  parallel: 3\n").await;
        for _ in 0..3 {
            let _ = take(server, &runner.token).await;
        }
        let all = admin.get(&runner.at("/jobs")).await.expect(200).ids();
        let first = admin.get(&runner.at("/jobs?pagination=keyset&per_page=2")).await.expect(200);
        assert_eq!(first.ids(), all[..2]);
        let cursor = first.header("x-next-cursor").expect("a cursor").to_owned();
        let path = format!("/jobs?pagination=keyset&per_page=2&cursor={cursor}");
        let second = admin.get(&runner.at(&path)).await.expect(200);
        assert_eq!(second.ids(), all[2..]);
        assert_eq!(second.header("x-next-cursor"), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_hears_of_jobs_of_projects_he_does_not_see() {
    for_both(async |server| {
        let (admin, one, two) = (server.admin(), server.user("one").await, server.user("two").await);
        let (mine, theirs) = (server.project(&one, "mine").await, server.project(&two, "theirs").await);
        let runner = make(&one, json!({ "runner_type": "project_type", "project_id": mine.id })).await;
        let _ = admin.post(&theirs.at("/runners"), json!({ "runner_id": runner.id })).await.expect(201);
        let _ = verify(server, &runner.token, "s_a", "17.0.0").await.expect(200);
        let _ = mine.pipeline("work: { script: [make] }").await;
        let of_one = take(server, &runner.token).await;
        let _ = theirs.pipeline("work: { script: [make] }").await;
        let of_two = take(server, &runner.token).await;
        let seen = async |api: &Api| api.get(&runner.at("/jobs")).await.expect(200).ids();
        assert_eq!(seen(&one).await, [of_one["id"].as_i64().unwrap()]);
        assert_eq!(seen(&two).await, [of_two["id"].as_i64().unwrap()]);
        assert_eq!(seen(&admin).await.len(), 2);
        // Nor of the projects themselves.
        let shown = one.get(&runner.at("")).await.expect(200).json();
        assert_eq!(shown["projects"].as_array().map(Vec::len), Some(1));
        // A runner that is gone leaves its jobs.
        let _ = admin.delete(&runner.at("")).await.expect(204);
        assert_eq!(mine.show(of_one["id"].as_i64().unwrap()).await["runner"], Value::Null);
    })
    .await;
}
