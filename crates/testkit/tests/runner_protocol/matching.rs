//! Which runner is offered which job, and in which order (runner protocol §4.5).

use crate::support::for_both;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn trap_15_a_runner_needs_every_tag_of_the_job() {
    // Tags of the job, tags of the runner, whether it takes untagged jobs, whether it is given the job.
    let table: [(&str, &[&str], bool, bool); 7] = [
        ("[a]", &["a", "b"], false, true),
        ("[a, b]", &["a"], true, false),
        ("[a]", &["A"], true, false),
        ("[a]", &[], true, false),
        ("[]", &["a"], false, false),
        ("[]", &["a"], true, true),
        ("[]", &[], true, true),
    ];
    for_both(async |server| {
        for (of_job, of_runner, run_untagged, given) in table {
            let settings = json!({ "tag_list": of_runner, "run_untagged": run_untagged });
            let runner = server.runner_with(&settings).await;
            let project = server.project(&format!("hello:\n  script: [echo]\n  tags: {of_job}\n")).await;
            let job = project.until("hello", "pending").await;
            let reply = runner.ask().await;
            let expected = if given { 201 } else { 204 };
            assert_eq!(reply.status, expected, "{of_job} {of_runner:?} {run_untagged}: {}", reply.text());
            project.press("cancel", job["id"].as_i64().unwrap()).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_16_a_ref_protected_runner_takes_jobs_of_protected_refs_only() {
    for_both(async |server| {
        let careful = server.runner_with(&json!({ "access_level": "ref_protected" })).await;
        let careless = server.runner().await;
        // The default branch is protected from its first push on; no other branch is.
        let project = server.project("hello:\n  script: [echo]\n").await;
        careful.take().await.succeed().await;
        project.branch("feature", "main", &[("more.txt", "more\n")]).await;
        project.until("hello", "pending").await;
        careful.ask().await.expect(204);
        let job = careless.take().await;
        assert_eq!(
            (&job.payload["git_info"]["ref"], &job.payload["git_info"]["protected"]),
            (&json!("feature"), &json!(false))
        );
        job.succeed().await;
        project.run("main").await;
        let job = careless.take().await;
        assert_eq!(
            (&job.payload["git_info"]["ref"], &job.payload["git_info"]["protected"]),
            (&json!("main"), &json!(true))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_17_an_instance_runner_serves_projects_in_turn() {
    let ci = "hello:\n  script: [echo]\n  parallel: 3\n";
    for_both(async |server| {
        let runner = server.runner().await;
        let projects = [server.project(ci).await, server.project(ci).await];
        for project in &projects {
            project.until("hello 3/3", "pending").await;
        }
        let mut served = Vec::new();
        for _ in 0..6 {
            let job = runner.take().await;
            served.push((job.project().id, job.name().to_owned()));
        }
        let [one, two] = projects.map(|project| project.id);
        let expected = [1, 2, 3].map(|n| [(one, format!("hello {n}/3")), (two, format!("hello {n}/3"))]).concat();
        assert_eq!(served, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projects_runner_serves_its_project_in_order_of_ids() {
    let ci = "hello:\n  script: [echo]\n  parallel: 3\n";
    for_both(async |server| {
        let other = server.project(ci).await;
        other.until("hello 3/3", "pending").await;
        let own = server.project(ci).await;
        own.until("hello 3/3", "pending").await;
        let runner = server.runner_with(&json!({ "runner_type": "project_type", "project_id": own.id })).await;
        for expected in ["hello 1/3", "hello 2/3", "hello 3/3"] {
            let job = runner.take().await;
            assert_eq!((job.project().id, job.name()), (own.id, expected));
        }
        runner.ask().await.expect(204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_groups_runner_serves_projects_below_the_group() {
    for_both(async |server| {
        let make = async |name: &str, parent: Option<i64>| {
            let body = json!({ "name": name, "path": name, "parent_id": parent });
            server.post("/groups", &body).await["id"].as_i64().unwrap()
        };
        let top = make("top", None).await;
        let inner = make("inner", Some(top)).await;
        let runner = server.runner_with(&json!({ "runner_type": "group_type", "group_id": top })).await;
        server.project("outside:\n  script: [echo]\n").await.until("outside", "pending").await;
        let project = server.empty_project(&json!({ "namespace_id": inner })).await;
        project.commit("main", &[(".gitlab-ci.yml", "inside:\n  script: [echo]\n")]).await;
        let job = runner.take().await;
        assert_eq!(job.name(), "inside");
        runner.ask().await.expect(204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_wants_no_instance_runners_is_left_alone() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.empty_project(&json!({ "shared_runners_enabled": false })).await;
        project.commit("main", &[(".gitlab-ci.yml", "hello:\n  script: [echo]\n")]).await;
        project.until("hello", "pending").await;
        runner.ask().await.expect(204);
        server.put(&format!("/projects/{}", project.id), &json!({ "shared_runners_enabled": true })).await;
        runner.ask().await.expect(201);
    })
    .await;
}
