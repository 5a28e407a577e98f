//! What a push makes, and what a newer one cancels.

use pipewright_testkit::{Project, TestServer, for_both};
use serde_json::{Value, json};

/// The newest pipeline of a commit, once there is one.
async fn of_commit(server: &TestServer, project: &Project<'_>, sha: &str) -> Value {
    let path = project.at(&format!("/pipelines?sha={sha}"));
    server
        .until("a pipeline of the commit", async || project.owner.get(&path).await.expect(200).json().get(0).cloned())
        .await
}

async fn commit_with(project: &Project<'_>, message: &str, content: &str) -> String {
    let fields = json!({
        "branch": "main", "commit_message": message,
        "actions": [{ "action": "create", "file_path": ".gitlab-ci.yml", "content": content }],
    });
    let made = project.owner.post(&project.at("/repository/commits"), fields).await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_commit_that_says_ci_skip_makes_a_skipped_pipeline_without_jobs() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "skips").await;
        let sha = commit_with(&project, "Nothing to see\n\n[CI Skip]", "work: { script: [make] }\n").await;
        let pipeline = of_commit(server, &project, &sha).await;
        assert_eq!(pipeline["status"], "skipped");
        let jobs = project.owner.get(&project.at(&format!("/pipelines/{}/jobs", pipeline["id"]))).await;
        assert_eq!(jobs.expect(200).json(), json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_file_that_cannot_be_compiled_makes_a_failed_pipeline_that_says_why() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "wrong").await;
        let sha = commit_with(&project, "Oops", "work: { scirpt: [make] }\n").await;
        let pipeline = of_commit(server, &project, &sha).await;
        assert_eq!(pipeline["status"], "failed");
        let path = project.at(&format!("/pipelines/{}", pipeline["id"]));
        let whole = project.owner.get(&path).await.expect(200).json();
        let errors = whole["yaml_errors"].as_str().unwrap();
        assert!(errors.contains("work"), "{errors}");
        assert_eq!(whole["iid"], 1);
    })
    .await;
}

#[tokio::test]
async fn a_project_without_a_file_makes_no_pipeline_and_the_api_says_so() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "empty").await;
        project.commit("main", "README.md", "hello").await;
        let run = async |name: &str| project.owner.post(&project.at("/pipeline"), json!({ "ref": name })).await;
        run("main").await.is(400, &json!({ "message": { "base": ["Missing CI config file"] } }));
        run("nowhere").await.is(400, &json!({ "message": { "base": ["Reference not found"] } }));
        let reply = project.owner.post(&project.at("/pipeline"), json!({})).await;
        reply.is(400, &json!({ "error": "ref is missing" }));
        assert_eq!(project.owner.get(&project.at("/pipelines")).await.expect(200).json(), json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_newer_commit_cancels_what_may_be_interrupted() {
    let yaml = "one: { script: [make] }\ntwo: { script: [make], stage: deploy }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "newer").await;
        let first = project.pipeline(yaml).await;
        let second = project.pipeline(yaml).await;
        project.until_pipeline(&first, "canceled").await;
        // A job that has begun and does not say that it may be interrupted keeps its pipeline alive.
        let runner = server.runner().await;
        let job = runner.take().await;
        let third = project.pipeline(yaml).await;
        assert_eq!(project.show(job.id).await["status"], "running");
        job.finish("success").await;
        project.until_pipeline(&second, "running").await;
        project.set(json!({ "auto_cancel_pending_pipelines": "disabled" })).await;
        let _fourth = project.pipeline(yaml).await;
        assert_eq!(project.job(&third, "one").await["status"], "pending");
    })
    .await;
}

#[tokio::test]
async fn a_tags_pipeline_knows_its_tag() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "tags").await;
        let sha = commit_with(&project, "First", "work: { script: [make], rules: [{ if: $CI_COMMIT_TAG }] }\n").await;
        let fields = json!({ "tag_name": "v1", "ref": sha, "message": "The first" });
        let _ = project.owner.post(&project.at("/repository/tags"), fields).await.expect(201);
        let path = project.at("/pipelines?ref=v1&scope=tags");
        let pipeline = server
            .until("the tag's pipeline", async || project.owner.get(&path).await.expect(200).json().get(0).cloned())
            .await;
        assert_eq!(pipeline["sha"], sha.as_str());
        let job = server.runner().await.take().await;
        assert_eq!(job.payload["git_info"]["ref_type"], "tag");
        let tag = job.payload["variables"].as_array().unwrap().iter().find(|v| v["key"] == "CI_COMMIT_TAG").unwrap();
        assert_eq!(tag["value"], "v1");
        // The branch's own push made no pipeline: no job was left by the rules.
        assert_eq!(project.owner.get(&project.at("/pipelines?ref=main")).await.expect(200).json(), json!([]));
    })
    .await;
}

#[tokio::test]
async fn the_first_failure_cancels_the_rest_where_the_file_says_so() {
    let yaml = "workflow: { auto_cancel: { on_job_failure: all } }\n\
                one: { script: [make] }\ntwo: { script: [make] }\nthree: { script: [make], stage: deploy }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "failfast").await;
        let pipeline = project.pipeline(yaml).await;
        let runner = server.runner().await;
        let job = runner.take().await;
        job.finish("failed").await;
        project.until_pipeline(&pipeline, "failed").await;
        assert_eq!(project.job(&pipeline, "two").await["status"], "canceled");
        assert!(runner.ask().await.is_none());
    })
    .await;
}

#[tokio::test]
async fn jobs_with_needs_start_before_their_stage() {
    let yaml = "stages: [a, b]\nslow: { stage: a, script: [x] }\nquick: { stage: a, script: [x] }\n\
                after: { stage: b, script: [x], needs: [quick] }\nlast: { stage: b, script: [x] }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "dag").await;
        let pipeline = project.pipeline(yaml).await;
        let runner = server.runner().await;
        let (slow, quick) = (runner.take().await, runner.take().await);
        assert_eq!((slow.name(), quick.name()), ("slow", "quick"));
        quick.finish("success").await;
        let after = runner.take().await;
        assert_eq!(after.name(), "after");
        assert_eq!(project.job(&pipeline, "last").await["status"], "created");
        after.finish("success").await;
        slow.finish("success").await;
        runner.take().await.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
    })
    .await;
}

#[tokio::test]
async fn coverage_is_read_from_the_log() {
    let yaml = "work: { script: [make], coverage: '/Total: \\d+\\.\\d+/' }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "covered").await;
        let pipeline = project.pipeline(yaml).await;
        let job = server.runner().await.take().await;
        job.log("Total: 12.5\nmore\n").await;
        job.log("Total: 81.25 of all\ndone\n").await;
        job.finish("success").await;
        assert_eq!(project.show(job.id).await["coverage"], 81.25);
        let whole = project.owner.get(&project.at(&format!("/pipelines/{}", pipeline.id))).await.expect(200).json();
        assert_eq!(whole["coverage"], "81.25");
    })
    .await;
}

#[tokio::test]
async fn an_integration_the_project_does_not_have_is_refused_by_name() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "beyond").await;
        let sha = commit_with(&project, "identity", "work:\n  script: [make]\n  identity: google_cloud\n").await;
        let pipeline = of_commit(server, &project, &sha).await;
        assert_eq!(pipeline["status"], "failed");
        let path = project.at(&format!("/pipelines/{}", pipeline["id"]));
        let errors = project.owner.get(&path).await.expect(200).json()["yaml_errors"].clone();
        let said = errors.as_str().unwrap();
        assert!(said.starts_with("jobs:work:identity ") && said.contains("not configured"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn a_blocked_users_job_is_not_started() {
    for_both(async |server| {
        let user = server.user("bob").await;
        let id = user.get("/user").await.expect(200).json()["id"].as_i64().unwrap();
        let project = server.project(&user, "blocked").await;
        project.pipeline("work: { script: [make] }\n").await;
        let _ = server.admin().post(&format!("/users/{id}/block"), json!({})).await.expect(201);
        assert!(server.runner().await.ask().await.is_none());
        let jobs = server.admin().get(&project.at("/jobs")).await.expect(200).json();
        assert_eq!(jobs[0]["failure_reason"], "user_blocked");
    })
    .await;
}
