//! What a job shows (Jobs API contract §9).

use pipewright_testkit::{TestOptions, for_both, for_both_with};
use serde_json::{Value, json};

#[tokio::test]
async fn traps_29_50_and_51_a_job_is_complete_to_the_last_field() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let yaml = "work: { script: [make], tags: [linux, arm, gpu] }\n";
        let pipeline = project.pipeline(yaml).await;
        let job = project.job(&pipeline, "work").await;
        assert_eq!(job["tag_list"], json!(["arm", "gpu", "linux"]));
        for always in ["erased_at", "artifacts_expire_at", "runner", "runner_manager", "coverage", "started_at"] {
            assert_eq!(job.get(always), Some(&Value::Null), "{always} in {job}");
        }
        for absent in ["failure_reason", "artifacts_file", "download_url"] {
            assert!(job.get(absent).is_none(), "{absent} in {job}");
        }
        assert_eq!((&job["artifacts"], &job["archived"], &job["tag"]), (&json!([]), &json!(false), &json!(false)));
        assert_eq!(job["project"], json!({ "ci_job_token_scope_enabled": false }));
        assert!(job["created_at"].as_str().is_some_and(|time| time.len() == 24 && time.ends_with('Z')), "{job}");
        let address = format!("{}/ana/app/-/jobs/{}", server.url, job["id"]);
        assert_eq!(job["web_url"], address);
        let shown = &job["pipeline"];
        assert_eq!((&shown["id"], &shown["project_id"]), (&json!(pipeline.id), &json!(project.id)));
        assert_eq!((&shown["sha"], &shown["source"], &shown["iid"]), (&json!(pipeline.sha), &json!("push"), &json!(1)));
        assert_eq!(shown["web_url"], format!("{}/ana/app/-/pipelines/{}", server.url, pipeline.id));
        let commit = &job["commit"];
        assert_eq!((&commit["id"], &commit["title"]), (&json!(pipeline.sha), &json!("Change the pipeline")));
        assert_eq!(commit["short_id"], pipeline.sha[..8]);
        let committed = commit["created_at"].as_str().expect("a time");
        assert!(committed.ends_with("+00:00") && committed.len() == 29, "{committed}");
        let user = &job["user"];
        assert_eq!((&user["username"], &user["state"], &user["skype"]), (&json!("ana"), &json!("active"), &json!("")));
        assert_eq!((&user["bio"], &user["avatar_url"]), (&Value::Null, &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn an_ended_job_shows_its_runner_its_times_and_why_it_failed() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let clock = server.clock.as_ref().expect("a clock");
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline("work: { script: [make] }").await;
        clock.advance(3);
        let claimed = server.runner().await.take().await;
        clock.advance(10);
        let running = project.show(claimed.id).await;
        assert_eq!((&running["status"], &running["queued_duration"]), (&json!("running"), &json!(3.0)));
        assert_eq!((&running["duration"], &running["finished_at"]), (&json!(10.0), &Value::Null));
        assert_eq!(running["runner"]["job_execution_status"], "active");
        clock.advance(2);
        claimed.finish("failed").await;
        clock.advance(100);
        project.until_pipeline(&pipeline, "failed").await;
        let failed = project.show(claimed.id).await;
        assert_eq!((&failed["failure_reason"], &failed["duration"]), (&json!("script_failure"), &json!(12.0)));
        let runner = &failed["runner"];
        assert_eq!((&runner["is_shared"], &runner["status"]), (&json!(true), &json!("online")));
        assert_eq!((&runner["runner_type"], &runner["ip_address"]), (&json!("instance_type"), &Value::Null));
        assert_eq!((&runner["paused"], &runner["job_execution_status"]), (&json!(false), &json!("idle")));
        let machine = &failed["runner_manager"];
        assert_eq!((&machine["system_id"], &machine["platform"]), (&json!("s_testkit"), &json!("linux")));
    })
    .await;
}

#[tokio::test]
async fn trap_30_an_expired_archive_is_no_longer_named_but_is_still_there() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, id) = project.job_with_archive(&[("a.txt", b"one")]).await;
        let fresh = project.show(id).await;
        assert_eq!(fresh["artifacts_file"]["filename"], "artifacts.zip");
        assert!(fresh["artifacts_expire_at"].is_string());
        let kinds: Vec<_> =
            fresh["artifacts"].as_array().into_iter().flatten().map(|a| a["file_type"].clone()).collect();
        assert!(kinds.contains(&json!("archive")), "{fresh}");
        server.clock.as_ref().expect("a clock").advance(2 * 86_400);
        let stale = project.show(id).await;
        assert!(stale.get("artifacts_file").is_none(), "{stale}");
        let _ = ana.get(&project.at(&format!("/jobs/{id}/artifacts"))).await.expect(200);
    })
    .await;
}
