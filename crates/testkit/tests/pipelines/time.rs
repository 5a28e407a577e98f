//! What happens when time passes.

use pipewright_testkit::{TestOptions, on_sqlite_with};
use serde_json::json;

#[tokio::test]
async fn a_delayed_job_starts_when_its_time_has_come() {
    on_sqlite_with(TestOptions::with_manual_clock(), async |server| {
        let project = server.project(&server.admin(), "delayed").await;
        let pipeline = project.pipeline("later: { script: [x], when: delayed, start_in: 2 minutes }\n").await;
        project.until_pipeline(&pipeline, "scheduled").await;
        let clock = server.clock.as_ref().unwrap();
        clock.advance(119);
        assert_eq!(server.engine.due_jobs_one().await.unwrap(), 0);
        clock.advance(1);
        // The server's own pass may be faster than this one.
        server.engine.due_jobs_one().await.unwrap();
        project.until_pipeline(&pipeline, "pending").await;
        server.runner().await.take().await.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
    })
    .await;
}

#[tokio::test]
async fn expired_artifacts_go_unless_the_newest_success_keeps_them() {
    on_sqlite_with(TestOptions::with_manual_clock(), async |server| {
        let project = server.project(&server.admin(), "expiring").await;
        let (_, old) = project.job_with_archive(&[("a.txt", b"old")]).await;
        let (_, new) = project.job_with_archive(&[("a.txt", b"new")]).await;
        server.clock.as_ref().unwrap().advance(2 * 86_400);
        let archive = async |id: i64| project.owner.get(&project.at(&format!("/jobs/{id}/artifacts"))).await.status;
        server
            .until("the old archive to be gone", async || {
                server.engine.expire_artifacts_one(server.engine.clock.now(), 100).await.unwrap();
                (archive(old).await == 404).then_some(())
            })
            .await;
        assert_eq!(archive(new).await, 200);
        project.set(json!({ "keep_latest_artifact": false })).await;
        server.clock.as_ref().unwrap().advance(7200);
        server
            .until("the new archive to be gone too", async || {
                server.engine.expire_artifacts_one(server.engine.clock.now(), 100).await.unwrap();
                (archive(new).await == 404).then_some(())
            })
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_job_that_needs_artifacts_that_are_gone_is_not_started() {
    let yaml = "make:\n  stage: build\n  script: [x]\n  artifacts: { paths: [.], expire_in: 1 hour }\n\
                use:\n  stage: test\n  script: [x]\n  dependencies: [make]\n  when: manual\n  allow_failure: false\n";
    on_sqlite_with(TestOptions::with_manual_clock(), async |server| {
        let project = server.project(&server.admin(), "gone").await;
        let pipeline = project.pipeline(yaml).await;
        let runner = server.runner().await;
        let make = runner.take().await;
        make.upload(&[("a.txt", b"soon gone")]).await;
        make.finish("success").await;
        project.until_pipeline(&pipeline, "manual").await;
        server.clock.as_ref().unwrap().advance(2 * 3600);
        let id = project.job_id(&pipeline, "use").await;
        let _ = project.owner.post(&project.at(&format!("/jobs/{id}/play")), json!({})).await.expect(200);
        assert!(runner.ask().await.is_none());
        let failed = project.show(id).await;
        assert_eq!(
            (&failed["status"], &failed["failure_reason"]),
            (&json!("failed"), &json!("missing_dependency_failure"))
        );
    })
    .await;
}
