//! People start, cancel, retry and delete pipelines.

use pipewright_testkit::for_both;
use serde_json::json;

#[tokio::test]
async fn a_pipeline_started_by_hand_has_its_variables() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "by-hand").await;
        project.pipeline("work: { script: [make], rules: [{ if: $COLOUR }] }\nother: { script: [x] }\n").await;
        let fields = json!({ "ref": "main", "variables": [
            { "key": "COLOUR", "value": "blue" }, { "key": "KEY", "value": "secret text", "variable_type": "file" },
        ] });
        let made = project.owner.post(&project.at("/pipeline"), fields).await.expect(201).json();
        assert_eq!(
            (&made["source"], &made["status"], &made["ref"]),
            (&json!("api"), &json!("pending"), &json!("main"))
        );
        assert_eq!(made["detailed_status"]["group"], "pending");
        assert_eq!(made["user"]["username"], "root");
        let variables = project.owner.get(&project.at(&format!("/pipelines/{}/variables", made["id"]))).await;
        assert_eq!(
            variables.expect(200).json(),
            json!([
                { "variable_type": "env_var", "key": "COLOUR", "value": "blue", "raw": false },
                { "variable_type": "file", "key": "KEY", "value": "secret text", "raw": false },
            ])
        );
        let jobs = project.owner.get(&project.at(&format!("/pipelines/{}/jobs", made["id"]))).await.expect(200).json();
        assert!(jobs.as_array().unwrap().iter().any(|job| job["name"] == "work"));
        let bad = json!({ "ref": "main", "variables": [{ "key": "A-B", "value": "x" }] });
        let _ = project.owner.post(&project.at("/pipeline"), bad).await.expect(400);
    })
    .await;
}

#[tokio::test]
async fn reporters_may_look_and_not_touch() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "looked-at").await;
        let pipeline = project.pipeline("work: { script: [make] }\n").await;
        let reporter = server.user("rita").await;
        let one = project.at(&format!("/pipelines/{}", pipeline.id));
        let _ = reporter.get(&one).await.expect(404);
        project.add(&reporter, 20).await;
        assert_eq!(reporter.get(&one).await.expect(200).json()["status"], "pending");
        for action in ["cancel", "retry"] {
            let _ = reporter.post(&format!("{one}/{action}"), json!({})).await.expect(403);
        }
        let _ = reporter.post(&project.at("/pipeline"), json!({ "ref": "main" })).await.expect(403);
        let _ = reporter.delete(&one).await.expect(403);
        let _ = reporter.get(&format!("{one}/variables")).await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn a_canceled_pipeline_is_retried_and_a_deleted_one_is_gone_with_all_it_left() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "again").await;
        let yaml = "one:\n  script: [make]\n  artifacts: { paths: [.] }\ntwo: { stage: deploy, script: [x] }\n";
        let pipeline = project.pipeline(yaml).await;
        let one = project.at(&format!("/pipelines/{}", pipeline.id));
        let canceled = project.owner.post(&format!("{one}/cancel"), json!({})).await.expect(200).json();
        assert_eq!(canceled["status"], "canceled");
        let retried = project.owner.post(&format!("{one}/retry"), json!({})).await.expect(201).json();
        assert_eq!(retried["status"], "running", "a pipeline that goes on after its end runs");
        let job = server.runner().await.take().await;
        job.log("made it\n").await;
        job.upload(&[("a.txt", b"hello")]).await;
        job.finish("success").await;
        let _ = project.owner.delete(&one).await.expect(204);
        let _ = project.owner.get(&one).await.expect(404);
        let _ = project.owner.get(&project.at(&format!("/jobs/{}", job.id))).await.expect(404);
        server
            .until("the bytes to be gone", async || {
                server.engine.archive_traces_one().await.unwrap();
                server.engine.delete_bytes_one().await.unwrap();
                files(&server.folder().join("objects")).is_empty().then_some(())
            })
            .await;
    })
    .await;
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

#[tokio::test]
async fn lists_are_filtered_and_the_latest_is_found() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "listed").await;
        project.set(json!({ "auto_cancel_pending_pipelines": "disabled" })).await;
        let first = project.pipeline("work: { script: [make] }\n").await;
        let second = project.pipeline_on("side", "work: { script: [x] }\n").await;
        let list = async |query: &str| project.owner.get(&project.at(&format!("/pipelines{query}"))).await.expect(200);
        assert_eq!(list("").await.ids(), [second.id, first.id]);
        assert_eq!(list("?sort=asc").await.ids(), [first.id, second.id]);
        assert_eq!(list("?ref=side").await.ids(), [second.id]);
        assert_eq!(list("?scope=branches&per_page=1").await.ids(), [second.id]);
        assert_eq!(list("?status=success").await.ids(), Vec::<i64>::new());
        assert_eq!(list("?username=ROOT&source=push&yaml_errors=false").await.ids(), [second.id, first.id]);
        assert_eq!(list("?per_page=1").await.header("x-total"), Some("2"));
        let bad = project.owner.get(&project.at("/pipelines?scope=x")).await;
        bad.is(400, &json!({ "error": "scope does not have a valid value" }));
        let latest = project.owner.get(&project.at("/pipelines/latest")).await.expect(200).json();
        assert_eq!(latest["id"], first.id);
        let side = project.owner.get(&project.at("/pipelines/latest?ref=side")).await.expect(200).json();
        assert_eq!(side["id"], second.id);
    })
    .await;
}

#[tokio::test]
async fn a_resource_group_lets_one_job_run_at_a_time() {
    let yaml = "one: { script: [x], resource_group: lab }\ntwo: { script: [x], resource_group: lab }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "lab").await;
        let pipeline = project.pipeline(yaml).await;
        assert_eq!(project.job(&pipeline, "two").await["status"], "waiting_for_resource");
        let runner = server.runner().await;
        let one = runner.take().await;
        assert_eq!(one.name(), "one");
        assert!(runner.ask().await.is_none());
        one.finish("failed").await;
        let two = runner.take().await;
        assert_eq!(two.name(), "two");
        two.finish("success").await;
        project.until_pipeline(&pipeline, "failed").await;
    })
    .await;
}
