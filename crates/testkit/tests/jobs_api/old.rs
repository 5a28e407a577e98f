//! Jobs past the age at which an instance leaves them alone (Jobs API contract §3.4).

use pipewright_testkit::{TestOptions, for_both_with};
use serde_json::json;

#[tokio::test]
async fn an_archived_pipeline_is_not_retried_and_its_waiting_jobs_fail() {
    let options = || {
        let mut options = TestOptions::with_manual_clock();
        options.limits.archive_jobs_seconds = Some(3600);
        // Jobs that wait are not given up for another reason.
        (options.limits.unmatched_seconds, options.limits.stuck_seconds) = (86_400, 86_400);
        options
    };
    for_both_with(options, async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (ended, failed) = project.running_job().await;
        failed.finish("failed").await;
        project.until_pipeline(&ended, "failed").await;
        let waiting = project.pipeline("work: { script: [make] }\n").await;
        let clock = server.clock.as_ref().expect("a clock");
        clock.advance(3600);
        let retry = project.at(&format!("/pipelines/{}/retry", ended.id));
        ana.post(&retry, json!({})).await.is(403, &json!({ "message": "403 Forbidden" }));
        assert!(server.runner().await.ask().await.is_none(), "an old job is not handed out");
        let job = project.job(&waiting, "work").await;
        assert_eq!((&job["status"], &job["failure_reason"]), (&json!("failed"), &json!("archived_failure")));
        let cancel = project.at(&format!("/pipelines/{}/cancel", waiting.id));
        let _ = ana.post(&cancel, json!({})).await.expect(200);
        // What is made now is young, whatever is beside it.
        let young = project.pipeline("work: { script: [make] }\n").await;
        let job = server.runner().await.take().await;
        job.finish("failed").await;
        project.until_pipeline(&young, "failed").await;
        let _ = ana.post(&project.at(&format!("/pipelines/{}/retry", young.id)), json!({})).await.expect(201);
    })
    .await;
}

#[tokio::test]
async fn an_archived_job_is_read_and_canceled_and_no_more() {
    let options = || {
        let mut options = TestOptions::with_manual_clock();
        options.limits.archive_jobs_seconds = Some(3600);
        options
    };
    for_both_with(options, async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (pipeline, job) = project.job_with_archive(&[("a.txt", b"one")]).await;
        let waiting = project.pipeline("hand: { script: [x], when: manual }\n").await;
        let hand = project.job_id(&waiting, "hand").await;
        let clock = server.clock.as_ref().expect("a clock");
        clock.advance(3599);
        assert_eq!(project.show(job).await["archived"], json!(false));
        clock.advance(1);
        let jobs = project.at(&format!("/pipelines/{}/jobs", pipeline.id));
        assert_eq!(ana.get(&jobs).await.expect(200).json()[0]["archived"], json!(true));
        assert_eq!(project.show(job).await["archived"], json!(true));
        for path in [
            format!("/jobs/{job}/retry"),
            format!("/jobs/{job}/erase"),
            format!("/jobs/{job}/artifacts/keep"),
            format!("/jobs/{hand}/play"),
        ] {
            ana.post(&project.at(&path), json!({})).await.is(403, &json!({ "message": "403 Forbidden" }));
        }
        let _ = ana.get(&project.at(&format!("/jobs/{job}/artifacts"))).await.expect(200);
        let _ = ana.get(&project.at(&format!("/jobs/{job}/trace"))).await.expect(200);
        let canceled = ana.post(&project.at(&format!("/jobs/{hand}/cancel")), json!({})).await.expect(201).json();
        assert_eq!((&canceled["status"], &canceled["archived"]), (&json!("canceled"), &json!(true)));
        let _ = ana.delete(&project.at(&format!("/jobs/{job}/artifacts"))).await.expect(204);
    })
    .await;
}
