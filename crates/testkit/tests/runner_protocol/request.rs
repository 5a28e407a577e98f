//! Asking for a job (runner protocol §4.1 to §4.4): shapes of the request, who gets a job, held requests.

use crate::support::{Job, Reply, Runner, Server, for_both, for_both_with, patiently};
use pipewright_engine::bells::Event;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::task::JoinHandle;

const ONE: &str = "hello:\n  script: [echo hello]\n";

#[tokio::test(flavor = "multi_thread")]
async fn trap_01_a_request_without_last_update_session_name_and_executor_succeeds() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project("hello:\n  script: [echo hello]\n  parallel: 2\n").await;
        project.until("hello 2/2", "pending").await;
        runner.like_the_crate().ask().await.expect(201);
        // Nothing but the token is needed.
        let bare = server.bare(Method::POST, "/jobs/request").json(&json!({ "token": runner.token }));
        Reply::of(bare).await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_a_token_is_a_400() {
    for_both(async |server| {
        let reply =
            Reply::of(server.bare(Method::POST, "/jobs/request").json(&json!({ "info": {} }))).await.expect(400);
        assert_eq!(reply.json(), json!({ "error": "token is missing" }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_02_a_job_comes_as_json() {
    for_both(async |server| {
        let runner = server.runner().await;
        server.project(ONE).await.until("hello", "pending").await;
        let reply = runner.ask().await.expect(201);
        let kind = reply.header("content-type").expect("the answer has a type");
        assert_eq!(kind.split(';').next().unwrap().trim(), "application/json");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_job_is_an_empty_204_with_the_queue_value() {
    for_both(async |server| {
        let reply = server.runner().await.ask().await.expect(204);
        assert!(reply.body.is_empty());
        assert!(!reply.last_update().expect("the queue's value").is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_09_a_release_goes_only_to_a_runner_that_can() {
    let ci = "publish:\n  script: [make]\n  release: {tag_name: v1, description: First}\nplain:\n  script: [echo]\n";
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(ci).await;
        let publish = project.until("publish", "pending").await;
        let reply = runner.without(&["multi_build_steps"]).ask().await.expect(201);
        assert_eq!(reply.json()["job_info"]["name"], "plain", "the next job is given instead");
        let publish = project.job(publish["id"].as_i64().unwrap()).await;
        assert_eq!((&publish["status"], &publish["failure_reason"]), (&json!("failed"), &json!("runner_unsupported")));

        project.press("retry", publish["id"].as_i64().unwrap()).await;
        let job = runner.take_named("publish").await;
        let steps = job.payload["steps"].as_array().unwrap();
        let names: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["script", "release"]);
        let command = steps[1]["script"][0].as_str().unwrap();
        assert!(command.contains("--tag-name \"v1\"") && command.contains("--description \"First\""), "{command}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_09_where_nothing_else_waits_the_answer_is_204() {
    let ci = "publish:\n  script: [make]\n  release: {tag_name: v1, description: First}\n";
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(ci).await;
        project.until("publish", "pending").await;
        runner.like_the_crate().ask().await.expect(204);
        assert_eq!(project.until("publish", "failed").await["failure_reason"], "runner_unsupported");
    })
    .await;
}

/// Every feature a job can need, with a job that needs it (runner protocol §4.1).
#[tokio::test(flavor = "multi_thread")]
async fn a_job_goes_only_to_a_runner_with_the_features_it_needs() {
    let needs = [
        ("upload_multiple_artifacts", "artifacts: {reports: {junit: report.xml}}"),
        ("artifacts_exclude", "artifacts: {paths: [out], exclude: [out/tmp]}"),
        ("return_exit_code", "allow_failure: {exit_codes: 137}"),
        ("return_exit_code", "retry: {max: 1, exit_codes: 137}"),
        ("fallback_cache_keys", "cache: {key: a, paths: [deps], fallback_keys: [b]}"),
    ];
    for_both(async |server| {
        let runner = server.runner().await;
        for (feature, what) in needs {
            let project = server.project(&format!("job:\n  script: [echo]\n  {what}\n")).await;
            project.until("job", "pending").await;
            runner.without(&[feature]).ask().await.expect(204);
            let job = project.until("job", "failed").await;
            assert_eq!(job["failure_reason"], "runner_unsupported", "{what}");
            project.press("retry", job["id"].as_i64().unwrap()).await;
            runner.take().await.succeed().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_10_of_simultaneous_requests_for_one_job_exactly_one_gets_it() {
    for_both(async |server| {
        let runners = [server.runner().await, server.runner().await];
        let project = server.project(ONE).await;
        runners[0].take().await.succeed().await;
        for round in 0..25 {
            project.run("main").await;
            project.until("hello", "pending").await;
            let requests = (0..6).map(|number| runners[number % 2].ask());
            let replies = futures::future::join_all(requests).await;
            let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "round {round}: {statuses:?}");
            assert!(statuses.iter().all(|status| [201, 204, 409].contains(status)), "round {round}: {statuses:?}");
            let won = replies.iter().find(|reply| reply.status == 201).unwrap();
            Job::new(&server, won).succeed().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_10_a_crowd_of_runners_empties_a_queue_without_a_job_given_twice() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project("hello:\n  script: [echo]\n  parallel: 40\n").await;
        project.until("hello 40/40", "pending").await;
        let worker = async || {
            let mut taken = Vec::new();
            loop {
                let reply = runner.ask().await;
                match reply.status {
                    201 => taken.push(reply.json()["id"].as_i64().unwrap()),
                    409 => {}
                    204 => return taken,
                    status => panic!("{status}: {}", reply.text()),
                }
            }
        };
        let taken = futures::future::join_all((0..8).map(|_| worker())).await.concat();
        let different: HashSet<i64> = taken.iter().copied().collect();
        assert_eq!((taken.len(), different.len()), (40, 40));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_11_a_paused_runner_stays_online_and_works_once_unpaused() {
    for_both(async |server| {
        let runner = server.runner_with(&json!({ "paused": true })).await;
        server.project(ONE).await.until("hello", "pending").await;
        let value = runner.ask().await.expect(204).last_update().map(str::to_owned);
        let shown = runner.show().await;
        assert_eq!((&shown["paused"], &shown["online"]), (&json!(true), &json!(true)));
        // Also the request that says it knows the queue as it was is answered at once, paused or not.
        if let Some(value) = &value {
            runner.ask_since(value).await.expect(204);
        }
        runner.edit(&json!({ "paused": false })).await;
        match &value {
            Some(value) => runner.ask_since(value).await.expect(201),
            None => runner.ask().await.expect(201),
        };
    })
    .await;
}

/// Starts a request that is held, and returns once the server has it in hand.
async fn hold(server: &Server, runner: &Runner<'_>) -> JoinHandle<Reply> {
    let value = runner.queue_value().await;
    // A contact is written down when the request arrives, and an old one is always written anew.
    server.clock.advance(7200);
    let before = runner.show().await["contacted_at"].clone();
    let held = tokio::spawn(Reply::of(runner.asking(&json!({ "last_update": value }))));
    server.until("the request to arrive", async || (runner.show().await["contacted_at"] != before).then_some(())).await;
    held
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_11_a_held_request_of_a_runner_that_is_paused_gets_nothing() {
    for_both(async |server| {
        let runner = server.runner().await;
        let held = hold(&server, &runner).await;
        runner.edit(&json!({ "paused": true })).await;
        let project = server.project(ONE).await;
        project.until("hello", "pending").await;
        let reply = patiently("the held request", held).await.unwrap();
        assert_eq!(reply.status, 204, "{}", reply.text());
        runner.edit(&json!({ "paused": false })).await;
        runner.take().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_12_a_job_is_delivered_to_a_held_request() {
    // The hold is an hour, and so is the time until the server looks again by itself: only the bell helps.
    for_both(async |server| {
        let runner = server.runner().await;
        let held = hold(&server, &runner).await;
        server.project(ONE).await;
        let reply = patiently("the job", held).await.unwrap().expect(201);
        assert_eq!(reply.json()["job_info"]["name"], "hello");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_12_editing_a_runner_wakes_its_held_request() {
    for_both(async |server| {
        let runner = server.runner_with(&json!({ "tag_list": ["a"] })).await;
        let project = server.project("hello:\n  script: [echo]\n  tags: [b]\n").await;
        project.until("hello", "pending").await;
        let held = hold(&server, &runner).await;
        runner.edit(&json!({ "tag_list": ["a", "b"] })).await;
        patiently("the job", held).await.unwrap().expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_12_a_client_that_hung_up_is_not_given_the_job() {
    for_both(async |server| {
        let runner = server.runner().await;
        let gone = hold(&server, &runner).await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        let project = server.project(ONE).await;
        // Whichever way it goes, the job comes to the runner that is still there.
        let job = patiently("the job", runner.take()).await;
        assert_eq!(job.name(), "hello");
        assert_eq!(project.jobs().await.len(), 1, "the job was not lost and tried again");
        job.running().await.expect(200);
        job.succeed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_request_is_let_go_when_its_machine_verifies_itself() {
    for_both(async |server| {
        let runner = server.runner().await;
        let other = server.runner().await;
        let (held, of_other) = (hold(&server, &runner).await, hold(&server, &other).await);
        let before = runner.queue_value().await;
        let sign = json!({ "token": runner.token, "system_id": "s_0123456789ab" });
        Reply::of(server.bare(Method::POST, "/runners/verify").json(&sign)).await.expect(200);
        let reply = patiently("the answer", held).await.unwrap().expect(204);
        assert_eq!(reply.last_update(), Some(before.as_str()));
        assert!(!of_other.is_finished(), "another machine's question is held on");
        of_other.abort();
    })
    .await;
}

/// A held request on a connection of its own, of which the reading half outlives the writing one.
async fn hold_by_hand(server: &Server, runner: &Runner<'_>) -> (OwnedReadHalf, OwnedWriteHalf) {
    let address = server.url.strip_prefix("http://").unwrap();
    let body =
        json!({ "token": runner.token, "system_id": "s_0123456789ab", "last_update": runner.queue_value().await });
    let body = body.to_string();
    server.clock.advance(7200);
    let before = runner.show().await["contacted_at"].clone();
    let (reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
    let head =
        format!("POST /api/v4/jobs/request HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\n\r\n", body.len());
    writer.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    server.until("the request to arrive", async || (runner.show().await["contacted_at"] != before).then_some(())).await;
    (reader, writer)
}

/// What came before the server closed the connection.
async fn drain(mut reader: OwnedReadHalf) -> String {
    let mut answer = Vec::new();
    // A connection that was reset gave nothing more.
    let _ = patiently("the end of the connection", reader.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_12_a_client_that_hangs_up_as_the_job_comes_loses_it_to_the_next() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(ONE).await;
        runner.take().await.succeed().await;
        for round in 0..30 {
            let (reader, mut writer) = hold_by_hand(&server, &runner).await;
            let mut events = server.events();
            let hang_up = async {
                while !matches!(events.recv().await, Ok(Event::Queue)) {}
                // Sooner or later after the bell: before, while and after the job is claimed.
                tokio::time::sleep(Duration::from_micros(150 * round)).await;
                writer.shutdown().await.unwrap();
            };
            tokio::join!(project.run("main"), hang_up);
            // What was sent before the server noticed still arrives; so either there is the whole job or none.
            let answer = drain(reader).await;
            if answer.starts_with("HTTP/1.1 201 ") {
                let (_, body) = answer.split_once("\r\n\r\n").unwrap();
                Job::read(&server, serde_json::from_str(body).unwrap()).succeed().await;
            } else {
                assert_eq!(answer, "", "round {round}");
                patiently("the job to come back", runner.take()).await.succeed().await;
            }
        }
        let jobs = project.jobs().await;
        assert_eq!(jobs.len(), 31);
        assert!(jobs.iter().all(|job| job["status"] == "success"), "{jobs:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_ends_with_204_and_the_queue_value() {
    for_both_with(
        |limits| limits.long_poll_seconds = 1,
        async |server| {
            let runner = server.runner().await;
            let value = runner.queue_value().await;
            let reply = runner.ask_since(&value).await.expect(204);
            assert_eq!(reply.last_update(), Some(value.as_str()));
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_13_a_request_that_knows_an_older_queue_is_never_held() {
    for_both(async |server| {
        let runner = server.runner().await;
        let old = runner.queue_value().await;
        server.project(ONE).await;
        let job = runner.take().await;
        assert_ne!(runner.queue_value().await, old, "the queue has changed since");
        // A hold would last an hour.
        runner.ask_since(&old).await.expect(204);
        runner.ask_since("made up").await.expect(204);
        runner.ask_with(&json!({ "last_update": "" })).await.expect(204);
        runner.ask_with(&json!({ "last_update": Value::Null })).await.expect(204);
        job.succeed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_14_a_wrong_token_is_403() {
    for_both(async |server| {
        let runner = server.runner().await;
        for wrong in ["glrt-nobody-has-this-one", "", "glpat-root-of-the-test-server", "\u{0}", &"x".repeat(5000)] {
            let body = json!({ "token": wrong });
            let reply = Reply::of(server.bare(Method::POST, "/jobs/request").json(&body)).await;
            let expected = if wrong.is_empty() { 400 } else { 403 };
            assert_eq!(reply.status, expected, "{wrong:?}: {}", reply.text());
            if expected == 403 {
                assert_eq!(reply.json(), json!({ "message": "403 Forbidden" }));
            }
        }
        let gone = Reply::of(server.root(Method::DELETE, &format!("/runners/{}", runner.id))).await;
        assert_eq!(gone.status, 204, "{}", gone.text());
        runner.ask().await.expect(403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_14_a_database_that_is_down_is_ours_and_not_the_runners_fault() {
    for_both(async |server| {
        // Only a database of its own process can be taken away.
        let Some(url) = &server.postgres else { return };
        let (address, name) = url.rsplit_once('/').unwrap();
        let keeper = format!("{address}/postgres");
        let runner = server.runner().await;
        runner.ask().await.expect(204);
        crate::support::sql(&keeper, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        crate::support::sql(&keeper, &end).await;
        for _ in 0..6 {
            let reply = runner.ask().await;
            assert!(reply.status >= 500, "{} {}", reply.status, reply.text());
        }
        crate::support::sql(&keeper, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
        runner.ask().await.expect(204);
    })
    .await;
}

/// A damaged row takes its own job down, not the queue.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_definition_is_lost_fails_and_the_next_one_is_given_out() {
    for_both(async |server| {
        // Rows are damaged from outside, which takes a database of its own process.
        let Some(url) = &server.postgres else { return };
        let (damages, runner) =
            (["DELETE FROM job_definitions", "UPDATE job_definitions SET definition = '{'"], server.runner().await);
        for damage in damages {
            let lost = server.project(ONE).await;
            lost.until("hello", "pending").await;
            crate::support::sql(url, damage).await;
            let sound = server.project("sound:\n  script: [make]\n").await;
            sound.until("sound", "pending").await;
            let job = runner.take().await;
            assert_eq!(job.name(), "sound", "{damage}");
            job.succeed().await;
            let job = lost.until("hello", "failed").await;
            assert_eq!(job["failure_reason"], "data_integrity_failure", "{damage}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_canceled_while_it_waits_is_never_offered() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(ONE).await;
        let job = project.until("hello", "pending").await;
        let canceled = project.press("cancel", job["id"].as_i64().unwrap()).await;
        assert_eq!(canceled["status"], "canceled");
        runner.ask().await.expect(204);
    })
    .await;
}
