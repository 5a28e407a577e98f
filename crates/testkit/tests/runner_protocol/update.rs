//! How jobs live and end (runner protocol §6, §10.3, §10.4).

use crate::support::{Job, Reply, Server, crc, for_both};
use reqwest::Method;
use serde_json::{Value, json};

const CI: &str = "hello:\n  script: [echo hello]\n";
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

async fn job(server: &Server) -> Job<'_> {
    let runner = server.runner().await;
    server.project(CI).await;
    runner.take().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_put_says_running_and_the_last_one_how_it_ended() {
    for_both(async |server| {
        let job = job(&server).await;
        let reply = job.running().await.expect(200);
        assert_eq!((reply.text().as_str(), reply.job_status()), ("200", Some("running")));
        server.clock.advance(90);
        let reply = job.put(&json!({ "state": "success", "output": {} })).await.expect(200);
        assert_eq!(reply.job_status(), Some("success"));
        let shown = job.show().await;
        assert_eq!((&shown["status"], &shown["duration"]), (&json!("success"), &json!(90.0)));
        assert_eq!(job.project().pipeline(job.pipeline_id()).await["status"], "success");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_may_be_in_the_header_too() {
    for_both(async |server| {
        let job = job(&server).await;
        let request = server.bare(Method::PUT, &format!("/jobs/{}", job.id)).header("JOB-TOKEN", &job.token);
        Reply::of(request.json(&json!({ "state": "success" }))).await.expect(200);
        assert_eq!(job.show().await["status"], "success");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_23_a_wrong_checksum_still_ends_the_job() {
    for_both(async |server| {
        let job = job(&server).await;
        job.write(0, b"hello\n").await.expect(202);
        let reply =
            job.put(&json!({ "state": "success", "output": { "checksum": "crc32:00000000", "bytesize": 6 } })).await;
        assert_eq!((reply.status, reply.job_status()), (200, Some("success")));
        assert_eq!(job.show().await["status"], "success");
        assert_eq!(job.log().await, b"hello\n");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_has_not_arrived_whole_does_not_fail_the_job() {
    for_both(async |server| {
        let job = job(&server).await;
        job.write(0, b"hello\n").await.expect(202);
        let whole = b"hello\nworld\n";
        let end = json!({ "state": "success", "output": { "checksum": crc(whole), "bytesize": whole.len() } });
        let reply = job.put(&end).await;
        assert!([200, 202].contains(&reply.status), "{}", reply.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_24_an_end_without_a_checksum_is_never_put_off() {
    for_both(async |server| {
        let runner = server.runner().await;
        server.project("hello:\n  script: [echo]\n  parallel: 3\n").await;
        for (state, log) in [("success", "hello\n"), ("failed", "hello\n"), ("success", "")] {
            let job = runner.take().await;
            if !log.is_empty() {
                job.write(0, log.as_bytes()).await.expect(202);
            }
            job.put(&json!({ "state": state })).await.expect(200);
            assert_eq!(job.show().await["status"], state);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_25_a_repeated_end_is_403_and_does_not_move_the_end() {
    for_both(async |server| {
        let job = job(&server).await;
        server.clock.advance(10);
        job.succeed().await;
        let ended = job.show().await;
        server.clock.advance(100);
        for state in ["success", "failed", "running"] {
            let reply = job.put(&json!({ "state": state })).await.expect(403);
            assert_eq!(reply.job_status(), Some("success"), "{state}");
        }
        let later = job.show().await;
        assert_eq!((&later["finished_at"], &later["status"]), (&ended["finished_at"], &json!("success")));
        assert_eq!(later["duration"], 10.0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_25_of_two_ends_at_once_one_counts() {
    for_both(async |server| {
        let runner = server.runner().await;
        server.project("hello:\n  script: [echo]\n  parallel: 15\n").await;
        for _ in 0..15 {
            let job = runner.take().await;
            let ends = ["success", "failed", "success", "failed"].map(|state| json!({ "state": state }));
            let replies = futures::future::join_all(ends.iter().map(|end| job.put(end))).await;
            let taken: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
            assert_eq!(taken.len(), 1, "{replies:?}");
            let status = job.show().await["status"].as_str().unwrap().to_owned();
            assert!(replies.iter().all(|reply| reply.job_status() == Some(&status)), "{status}: {replies:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_26_reasons_nobody_knows_are_stored_as_unknown() {
    let table = [
        (json!("job_canceled"), "unknown_failure"),
        (json!("nonsense"), "unknown_failure"),
        (json!(""), "unknown_failure"),
        (Value::Null, "unknown_failure"),
        (json!("script_failure"), "script_failure"),
        (json!("runner_system_failure"), "runner_system_failure"),
        (json!("job_execution_timeout"), "job_execution_timeout"),
    ];
    for_both(async |server| {
        let runner = server.runner().await;
        server.project(&format!("hello:\n  script: [echo]\n  parallel: {}\n", table.len())).await;
        for (sent, stored) in &table {
            let job = runner.take().await;
            job.put(&json!({ "state": "failed", "failure_reason": sent })).await.expect(200);
            let shown = job.show().await;
            assert_eq!((&shown["status"], &shown["failure_reason"]), (&json!("failed"), &json!(stored)), "{sent}");
        }
        let known = runner_reasons(&server).await;
        assert!(known.contains(&"script_failure".to_owned()), "{known:?}");
    })
    .await;
}

async fn runner_reasons(server: &Server) -> Vec<String> {
    let job = job(server).await;
    let reasons = job.payload["features"]["failure_reasons"].as_array().expect("the reasons the server knows");
    reasons.iter().map(|reason| reason.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_27_exit_codes_of_every_size_are_taken() {
    for_both(async |server| {
        let runner = server.runner().await;
        let codes = [json!(null), json!(0), json!(1), json!(300), json!(-1), json!(3_221_225_786_i64), json!(i64::MIN)];
        server.project(&format!("hello:\n  script: [echo]\n  parallel: {}\n", codes.len())).await;
        for code in codes {
            let job = runner.take().await;
            let mut body = json!({ "state": "failed", "failure_reason": "script_failure" });
            if !code.is_null() {
                body["exit_code"] = code.clone();
            }
            job.put(&body).await.expect(200);
            let shown = job.show().await;
            assert_eq!((&shown["status"], &shown["allow_failure"]), (&json!("failed"), &json!(false)), "{code}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_27_an_allowed_exit_code_is_a_warning() {
    let ci = "careful:\n  stage: build\n  script: [exit 137]\n  allow_failure: {exit_codes: [137, 255]}\nnext:\n  stage: test\n  script: [echo]\n";
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(ci).await;
        for (code, allowed) in [(137, true), (1, false)] {
            let job = runner.take().await;
            assert_eq!(job.name(), "careful");
            job.put(&json!({ "state": "failed", "failure_reason": "script_failure", "exit_code": code }))
                .await
                .expect(200);
            let shown = job.show().await;
            assert_eq!((&shown["status"], &shown["allow_failure"]), (&json!("failed"), &json!(allowed)), "{code}");
            if allowed {
                let next = runner.take().await;
                assert_eq!(next.name(), "next");
                next.succeed().await;
            }
            let expected = if allowed { "success" } else { "failed" };
            assert_eq!(project.pipeline(job.pipeline_id()).await["status"], expected);
            project.run("main").await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_31_whatever_is_wrong_the_answer_is_never_404() {
    for_both(async |server| {
        let runner = server.runner().await;
        server.project("hello:\n  script: [echo]\n  parallel: 2\n").await;
        let (one, two) = (runner.take().await, runner.take().await);
        let table = [
            Job { token: "glcbt-nobodys".to_owned(), ..one.clone() },
            Job { token: String::new(), ..one.clone() },
            Job { token: two.token.clone(), ..one.clone() },
            Job { id: 999_999_999, ..one.clone() },
            Job { token: runner.token.clone(), ..one.clone() },
            Job { token: "glpat-root-of-the-test-server".to_owned(), ..one.clone() },
        ];
        for wrong in table {
            let reply = wrong.running().await;
            assert_eq!(reply.status, 403, "{} {}: {}", wrong.id, wrong.token, reply.text());
            assert_eq!(reply.json(), json!({ "message": "403 Forbidden" }));
        }
        one.running().await.expect(200);
        two.running().await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn states_that_are_none_are_400_and_change_nothing() {
    for_both(async |server| {
        let job = job(&server).await;
        for state in [json!("pending"), json!("canceled"), json!("SUCCESS"), json!(""), Value::Null] {
            let reply = job.put(&json!({ "state": state })).await;
            assert_eq!(reply.status, 400, "{state}: {}", reply.text());
        }
        let odd = server.bare(Method::PUT, &format!("/jobs/{}", job.id)).header("JOB-TOKEN", &job.token);
        Reply::of(odd.header("Content-Type", "application/json").body("{broken")).await.expect(400);
        assert_eq!(job.show().await["status"], "running");
        job.succeed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_a_deleted_project_is_over() {
    for_both(async |server| {
        let job = job(&server).await;
        let gone = job.project().delete("").await;
        assert!((200..300).contains(&gone.status), "{}", gone.text());
        job.running().await.expect(403);
        job.write(0, b"hello\n").await.expect(403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jobs_token_dies_with_the_job() {
    for_both(async |server| {
        let job = job(&server).await;
        let own = async || Reply::of(server.bare(Method::GET, "/job").header("JOB-TOKEN", &job.token)).await;
        assert_eq!(own().await.expect(200).json()["id"], job.id);
        job.fail("script_failure").await;
        own().await.expect(401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_47_a_sign_of_life_keeps_a_silent_job_alive() {
    for_both(async |server| {
        let runner = server.runner().await;
        server.project("hello:\n  script: [echo]\n  timeout: 10 hours\n").await;
        let job = runner.take().await;
        for _ in 0..3 {
            server.clock.advance(59 * MINUTE);
            server.tick().await;
            job.running().await.expect(200);
        }
        server.clock.advance(59 * MINUTE);
        server.tick().await;
        job.write(0, b"still here\n").await.expect(202);
        server.clock.advance(59 * MINUTE);
        server.tick().await;
        assert_eq!(job.show().await["status"], "running");

        server.clock.advance(2 * MINUTE);
        server.tick().await;
        let shown = job.project().until("hello", "failed").await;
        assert_eq!(shown["failure_reason"], "no_updates_running");
        assert_eq!(job.running().await.expect(403).job_status(), Some("failed"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_past_its_timeout_is_ended_by_the_server() {
    for_both(async |server| {
        let runner = server.runner().await;
        server.project("hello:\n  script: [echo]\n  timeout: 10 minutes\n").await;
        let job = runner.take().await;
        server.clock.advance(9 * MINUTE);
        job.running().await.expect(200);
        server.tick().await;
        assert_eq!(job.show().await["status"], "running");
        // The runner goes on calling, but does not end the job.
        server.clock.advance(5 * MINUTE);
        job.running().await.expect(200);
        server.tick().await;
        let shown = job.project().until("hello", "failed").await;
        let reason = shown["failure_reason"].as_str().unwrap();
        assert!(["server_timeout_running", "job_execution_server_timeout"].contains(&reason), "{reason}");
        assert_eq!(job.write(0, b"late\n").await.expect(403).job_status(), Some("failed"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_nobody_would_take_fails_after_an_hour() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project("hello:\n  script: [echo]\n  tags: [nobody]\n").await;
        project.until("hello", "pending").await;
        server.clock.advance(59 * MINUTE);
        runner.ask().await.expect(204);
        server.tick().await;
        assert_eq!(project.jobs().await[0]["status"], "pending");
        server.clock.advance(2 * MINUTE);
        server.tick().await;
        let job = project.until("hello", "failed").await;
        assert_eq!(job["failure_reason"], "stuck_pending_no_matching_runners");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_runners_never_come_fails_after_a_day() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(CI).await;
        project.until("hello", "pending").await;
        // A runner that is there, but whose calls bring it nothing: it is paused whenever it asks.
        for hour in 0..26 {
            let expected = if hour < 24 { "pending" } else { "failed" };
            runner.edit(&json!({ "paused": true })).await;
            runner.ask().await.expect(204);
            runner.edit(&json!({ "paused": false })).await;
            server.tick().await;
            if hour != 24 {
                assert_eq!(project.jobs().await[0]["status"], expected, "after {hour} hours");
            }
            server.clock.advance(HOUR);
        }
        assert_eq!(project.jobs().await[0]["failure_reason"], "stuck_pending_with_matching_runners");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_that_may_be_retried_comes_back_as_another_job() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project("hello:\n  script: [echo]\n  retry: 2\n").await;
        let mut seen: Vec<Job<'_>> = Vec::new();
        for _ in 0..3 {
            let job = runner.take().await;
            assert!(seen.iter().all(|old| old.id != job.id && old.token != job.token), "a new job, a new token");
            assert_eq!(project.pipeline(job.pipeline_id()).await["status"], "running");
            job.fail("script_failure").await;
            if let Some(old) = seen.last() {
                assert_eq!(old.running().await.expect(403).job_status(), Some("failed"));
            }
            seen.push(job);
        }
        runner.ask().await.expect(204);
        assert_eq!(project.pipeline(seen[0].pipeline_id()).await["status"], "failed");
        let all = project.jobs().await;
        assert_eq!(all.len(), 3);
        let latest =
            server.get(&project.at(&format!("/pipelines/{}/jobs", seen[0].pipeline_id()))).await.expect(200).json();
        let latest: Vec<_> = latest.as_array().unwrap().iter().map(|job| job["id"].as_i64().unwrap()).collect();
        assert_eq!(latest, [seen[2].id], "the older ones are marked as retried");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_heeds_the_reason() {
    // What the file says, how the job fails, whether it comes back.
    let table = [
        ("{max: 1, when: runner_system_failure}", "script_failure", None, false),
        ("{max: 1, when: runner_system_failure}", "runner_system_failure", None, true),
        ("{max: 1, when: [script_failure, job_execution_timeout]}", "job_execution_timeout", None, true),
        ("{max: 1, when: unknown_failure}", "nonsense", None, true),
        ("{max: 1, exit_codes: 42}", "script_failure", Some(42), true),
        ("{max: 1, exit_codes: 42}", "script_failure", Some(1), false),
    ];
    for_both(async |server| {
        let runner = server.runner().await;
        for (retry, reason, code, again) in table {
            server.project(&format!("hello:\n  script: [echo]\n  retry: {retry}\n")).await;
            let job = runner.take().await;
            let mut body = json!({ "state": "failed", "failure_reason": reason });
            if let Some(code) = code {
                body["exit_code"] = json!(code);
            }
            job.put(&body).await.expect(200);
            let reply = runner.ask().await;
            assert_eq!(reply.status, if again { 201 } else { 204 }, "{retry} {reason} {code:?}: {}", reply.text());
            if again {
                Job::new(&server, &reply).succeed().await;
            }
        }
        // Without the keyword nothing of the runner's own is tried again.
        server.project(CI).await;
        runner.take().await.fail("runner_system_failure").await;
        runner.ask().await.expect(204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_skips_what_depends_on_it() {
    let ci = "one:\n  stage: build\n  script: [exit 1]\ntwo:\n  stage: test\n  script: [echo]\nclean:\n  stage: deploy\n  when: on_failure\n  script: [echo]\n";
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(ci).await;
        let job = runner.take().await;
        job.fail("script_failure").await;
        let clean = runner.take().await;
        assert_eq!(clean.name(), "clean");
        clean.succeed().await;
        project.until("two", "skipped").await;
        assert_eq!(project.pipeline(job.pipeline_id()).await["status"], "failed");
    })
    .await;
}
