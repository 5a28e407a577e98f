//! The log's way to the server, and the reports of a job's state.

mod support;

use std::time::Duration;

use serde_json::json;

use support::{Running, Server, job, run};

#[tokio::test]
async fn trap_19_a_refused_part_is_sent_again_from_where_the_server_is() {
    let server = Server::start().await;
    let _runner = Running::start(&server);
    server.change(|state| state.lose = Some(5));
    server.push(job(1, &["for i in 1 2 3 4 5; do echo \"line $i €\"; sleep 0.05; done"], json!({})));
    let ended = server.until_end(1).await;
    ended.assert_has("line 1 €\nline 2 €\nline 3 €\nline 4 €\nline 5 €\n");
    let checksum = format!("crc32:{:08x}", crc32fast::hash(ended.log.as_bytes()));
    assert_eq!(ended.update["checksum"], checksum);
}

#[tokio::test]
async fn trouble_of_the_server_delays_the_log_and_the_end_but_loses_nothing() {
    let server = Server::start().await;
    let _runner = Running::start(&server);
    server.change(|state| {
        state.patch_answers.extend([500, 503, 429, 404]);
        state.final_answers.extend([500, 502, 429]);
    });
    server.push(job(2, &["echo all of it"], json!({})));
    let ended = server.until_end(2).await;
    ended.assert_state("success");
    ended.assert_has("\nall of it\n");
    assert_eq!(ended.update["output"]["bytesize"], ended.log.len());
}

#[tokio::test]
async fn an_end_that_is_not_yet_safe_is_sent_again() {
    let server = Server::start().await;
    let _runner = Running::start(&server);
    server.change(|state| state.final_answers.extend([202, 412]));
    server.push(job(3, &["true"], json!({})));
    // The fake answers 202 without an interval: the usual three seconds pass in real time.
    let ended = server.until_end(3).await;
    ended.assert_state("success");
    assert_eq!(ended.update["output"]["bytesize"], ended.log.len());
}

#[tokio::test]
async fn trap_47_a_silent_job_says_that_it_is_alive() {
    let server = Server::start().await;
    let runner = Running::start_with(&server, |config| config.keep_alive = Duration::from_millis(100));
    server.push(job(4, &["while [ ! -e go ]; do sleep 0.02; done"], json!({})));
    server
        .until(|state| {
            let alive = |(_, update): &&(i64, serde_json::Value)| {
                update["state"] == "running" && update["output"]["bytesize"].as_u64() > Some(0)
            };
            (state.updates.iter().filter(alive).count() >= 2).then_some(())
        })
        .await;
    std::fs::write(runner.folder.path().join("abcdefghi/0/acme/widgets/go"), "").unwrap();
    server.until_end(4).await.assert_state("success");
}

#[tokio::test]
async fn output_is_seen_while_the_script_runs() {
    let server = Server::start().await;
    let runner = Running::start(&server);
    server.push(job(5, &["printf 'no line end yet'; while [ ! -e go ]; do sleep 0.02; done"], json!({})));
    server.until_log_has(5, "\nno line end yet").await;
    std::fs::write(runner.folder.path().join("abcdefghi/0/acme/widgets/go"), "").unwrap();
    server.until_end(5).await.assert_state("success");
}

#[tokio::test]
async fn a_waiting_runner_repeats_the_queue_value_and_offers_what_it_can() {
    let server = Server::start().await;
    let _runner = Running::start(&server);
    let request = server.until(|state| state.requests.iter().find(|r| r["last_update"] == "v1").cloned()).await;
    assert!(request["system_id"].as_str().unwrap().starts_with("r_"));
    assert_eq!(request["info"]["executor"], "shell");
    for (feature, offered) in [
        ("refspecs", true),
        ("cancel_gracefully", true),
        ("return_exit_code", true),
        ("multi_build_steps", false),
        ("image", false),
    ] {
        assert_eq!(request["info"]["features"][feature], offered, "{feature}");
    }
    assert_eq!(server.state().requests[0].get("last_update"), None);
}

#[tokio::test]
async fn several_jobs_at_once_have_folders_of_their_own() {
    let server = Server::start().await;
    let runner = Running::start_with(&server, |config| config.concurrency = 2);
    let wait = ["echo \"slot $CI_CONCURRENT_ID\"; while [ ! -e go ]; do sleep 0.02; done"];
    server.push(job(6, &wait, json!({})));
    server.push(job(7, &wait, json!({})));
    server.until_log_has(6, "\nslot 0\n").await;
    server.until_log_has(7, "\nslot 1\n").await;
    for slot in ["0", "1"] {
        let folder = runner.folder.path().join("abcdefghi").join(slot);
        std::fs::write(folder.join("acme/widgets/go"), "").unwrap();
    }
    server.until_end(6).await.assert_state("success");
    server.until_end(7).await.assert_state("success");
}

#[tokio::test]
async fn bytes_that_are_no_text_are_replaced() {
    let (_, ended) =
        run(job(8, &["printf 'a\\377b\\n'", "printf '\\342'; sleep 0.2; printf '\\202\\254\\n'"], json!({}))).await;
    ended.assert_has("\na\u{fffd}b\n");
    ended.assert_has("\n€\n");
}
