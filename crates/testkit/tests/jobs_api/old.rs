//! Jobs past the age at which an instance leaves them alone (Jobs API contract §3.4).

use pipewright_testkit::{TestOptions, for_both_with};
use serde_json::json;

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
