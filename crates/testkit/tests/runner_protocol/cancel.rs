//! Cancelling, as the runner sees it (runner protocol §10.1, §10.2).

use crate::support::{Job, Reply, Runner, Server, for_both, zip};
use reqwest::Method;
use serde_json::json;

const CI: &str = "hello:\n  script: [echo hello]\n  artifacts: {paths: [out]}\n";

async fn job<'s>(server: &'s Server, runner: &Runner<'s>) -> Job<'s> {
    server.project(CI).await;
    runner.take().await
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_28_a_graceful_runner_is_told_and_given_time() {
    for_both(async |server| {
        let runner = server.runner().await;
        // However the runner ends it, the job ends canceled.
        for end in ["success", "failed"] {
            let job = job(&server, &runner).await;
            job.write(0, b"hello\n").await.expect(202);
            let canceled = job.project().press("cancel", job.id).await;
            assert_eq!(canceled["status"], "canceling");
            let reply = job.write(6, b"after\n").await;
            assert_eq!((reply.status, reply.job_status()), (202, Some("canceling")));
            assert_eq!(reply.header("range"), Some("0-12"));
            let reply = job.running().await;
            assert_eq!((reply.status, reply.job_status()), (200, Some("canceling")));
            job.upload_archive(&zip(&[("out/a", b"a")])).await.expect(201);
            let reply = job.put(&json!({ "state": end, "failure_reason": "job_canceled" })).await;
            assert_eq!((reply.status, reply.job_status()), (200, Some("canceled")), "{end}");
            let shown = job.show().await;
            assert_eq!(shown["status"], "canceled");
            assert_eq!(job.log().await, b"hello\nafter\n");
            assert_eq!(job.project().pipeline(job.pipeline_id()).await["status"], "canceled");
            job.running().await.expect(403);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_29_a_runner_that_is_not_graceful_is_told_canceled() {
    for_both(async |server| {
        let runner = server.runner().await.like_the_crate();
        let job = job(&server, &runner).await;
        job.write(0, b"hello\n").await.expect(202);
        let canceled = job.project().press("cancel", job.id).await;
        assert_eq!(canceled["status"], "canceled");
        // `Job-Status` is what stops that client, whatever the answer's status is.
        assert_eq!(job.write(6, b"after\n").await.job_status(), Some("canceled"));
        assert_eq!(job.running().await.job_status(), Some("canceled"));
        assert_eq!(job.log().await, b"hello\n");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_29_the_official_runner_without_the_feature_is_told_canceled_too() {
    for_both(async |server| {
        let runner = server.runner().await.without(&["cancel_gracefully"]);
        let job = job(&server, &runner).await;
        assert_eq!(job.project().press("cancel", job.id).await["status"], "canceled");
        assert_eq!(job.running().await.expect(403).job_status(), Some("canceled"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_30_after_the_end_every_call_is_403_with_the_status_and_stores_nothing() {
    for_both(async |server| {
        let runner = server.runner().await.without(&["cancel_gracefully"]);
        for status in ["canceled", "failed", "success"] {
            let job = job(&server, &runner).await;
            job.write(0, b"hello\n").await.expect(202);
            match status {
                "canceled" => drop(job.project().press("cancel", job.id).await),
                "failed" => job.fail("script_failure").await,
                _ => job.succeed().await,
            }
            let calls = [
                job.write(6, b"late\n").await,
                job.write(0, b"hello\n").await,
                job.running().await,
                job.put(&json!({ "state": "failed" })).await,
                job.upload_archive(&zip(&[("out/a", b"a")])).await,
                job.upload_dotenv("A=b\n").await,
            ];
            for (number, reply) in calls.iter().enumerate() {
                // The rest of an upload is not read, so nothing may follow it on its connection.
                let expected = (number >= 4).then_some("close");
                assert_eq!(reply.header("connection"), expected);
            }
            for reply in calls {
                assert_eq!((reply.status, reply.job_status()), (403, Some(status)), "{}", reply.text());
            }
            assert_eq!(job.log().await, b"hello\n");
            let shown = job.show().await;
            assert_eq!(shown["status"], status);
            assert!(shown["artifacts_file"].is_null(), "{shown}");
            let archive = server.get(&job.project().at(&format!("/jobs/{}/artifacts", job.id))).await;
            assert_eq!(archive.status, 404, "{}", archive.text());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_cancel_changes_nothing_and_a_forced_one_ends_it() {
    for_both(async |server| {
        let runner = server.runner().await;
        let job = job(&server, &runner).await;
        job.project().press("cancel", job.id).await;
        assert_eq!(job.project().press("cancel", job.id).await["status"], "canceling");
        assert_eq!(job.running().await.expect(200).job_status(), Some("canceling"));
        let forced = job.project().at(&format!("/jobs/{}/cancel", job.id));
        assert_eq!(server.post(&forced, &json!({ "force": true })).await["status"], "canceled");
        assert_eq!(job.running().await.expect(403).job_status(), Some("canceled"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canceling_job_whose_runner_is_gone_ends_in_the_end() {
    for_both(async |server| {
        let runner = server.runner().await;
        let job = job(&server, &runner).await;
        job.project().press("cancel", job.id).await;
        server.clock.advance(61 * 60);
        server.tick().await;
        let what = "the job to end";
        let shown =
            server.until(what, async || Some(job.show().await).filter(|shown| shown["status"] != "canceling")).await;
        assert_eq!(shown["status"], "canceled");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn canceling_a_pipeline_reaches_running_and_waiting_jobs() {
    let ci = "one:\n  script: [echo]\ntwo:\n  script: [echo]\nlater:\n  stage: deploy\n  script: [echo]\n";
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(ci).await;
        let job = runner.take().await;
        project.until("two", "pending").await;
        let path = project.at(&format!("/pipelines/{}/cancel", job.pipeline_id()));
        let reply = Reply::of(server.root(Method::POST, &path)).await;
        if reply.status == 404 && reply.json()["error"] == "404 Not Found" {
            // The route belongs to the pipelines' API, which may come later than the protocol.
            return;
        }
        assert!((200..300).contains(&reply.status), "{}", reply.text());
        assert_eq!(job.running().await.expect(200).job_status(), Some("canceling"));
        runner.ask().await.expect(204);
        job.fail("job_canceled").await;
        assert!(project.jobs().await.iter().all(|job| job["status"] == "canceled"));
        assert_eq!(project.pipeline(job.pipeline_id()).await["status"], "canceled");
    })
    .await;
}
