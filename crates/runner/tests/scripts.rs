//! Scripts: what runs, what is shown, how a job ends.

mod support;

use serde_json::json;

use support::{Running, Server, is_alive, job, pids, run, variable, with_after_script};

#[tokio::test]
async fn a_script_runs_in_bash_with_its_variables_and_its_log_is_exact() {
    let variables = json!([variable("WHO", "you"), variable("GREETING", "hello $WHO"), variable("WHO", "world")]);
    let script =
        ["echo \"$GREETING\"", "cd /\necho \"at $PWD\"", "echo \"dir $CI_PROJECT_DIR\" && [[ $CI_SERVER == yes ]]"];
    let (server, ended) = run(job(1, &script, json!({"variables": variables}))).await;
    ended.assert_state("success");
    for text in [
        "Running with pipewright-runner ",
        "section_start:1700000000:step_script\r\x1b[0K",
        "section_end:1700000000:step_script\r\x1b[0K",
        "Executing \"step_script\" stage of the job script",
        "\x1b[32;1m$ echo \"$GREETING\"\x1b[0;m\nhello world\n",
        "$ cd / # collapsed multi-line command",
        "at /\n",
        "Job succeeded",
    ] {
        ended.assert_has(text);
    }
    assert!(ended.log.contains("/abcdefghi/0/acme/widgets\n"), "{}", ended.log);
    let checksum = format!("crc32:{:08x}", crc32fast::hash(ended.log.as_bytes()));
    assert_eq!(ended.update["output"], json!({"checksum": checksum, "bytesize": ended.log.len()}));
    assert_eq!(server.state().updates[0].1["state"], "running");
}

#[tokio::test]
async fn a_failing_command_ends_the_script_with_its_status() {
    let (_, ended) = run(job(2, &["(exit 7)", "echo never"], json!({}))).await;
    ended.assert_state("failed");
    assert_eq!(ended.update["failure_reason"], "script_failure");
    assert_eq!(ended.update["exit_code"], 7);
    ended.assert_has("ERROR: Job failed: exit code 7");
    ended.assert_lacks("\nnever");
}

#[tokio::test]
async fn a_failing_part_of_a_pipe_fails_and_a_signal_is_a_status() {
    let (_, ended) = run(job(3, &["false | cat"], json!({}))).await;
    assert_eq!(ended.update["exit_code"], 1);
    let (_, ended) = run(job(4, &["kill -9 $$"], json!({}))).await;
    assert_eq!(ended.update["exit_code"], 137);
}

#[tokio::test]
async fn sh_runs_scripts_where_it_is_asked_for() {
    let server = Server::start().await;
    let _runner = Running::start_with(&server, |config| config.shell = Some("/bin/sh".to_owned()));
    server.push(job(5, &["echo \"from ${BASH_VERSION:-plain sh}\"", "exit 4"], json!({})));
    let ended = server.until_end(5).await;
    ended.assert_has("from ");
    assert_eq!(ended.update["exit_code"], 4);
}

#[tokio::test]
async fn after_script_sees_the_result_and_cannot_change_it() {
    let (_, ended) = run(with_after_script(job(6, &["exit 3"], json!({})), &["echo \"was $CI_JOB_STATUS\""])).await;
    ended.assert_has("was failed\n");
    assert_eq!(ended.update["exit_code"], 3);
    let success =
        with_after_script(job(7, &["export LOST=1"], json!({})), &["echo \"was $CI_JOB_STATUS$LOST\"", "exit 9"]);
    let (_, ended) = run(success).await;
    ended.assert_state("success");
    ended.assert_has("was success\n");
    ended.assert_has("after_script failed with exit code 9");
}

#[tokio::test]
async fn after_script_has_a_limit_of_its_own() {
    let slow = with_after_script(job(8, &["true"], json!({})), &["echo \"pid $$\"", "sleep 1000"]);
    let server = Server::start().await;
    let _runner = Running::start_with(&server, |config| {
        config.after_script_timeout = std::time::Duration::from_millis(200);
    });
    server.push(slow);
    let ended = server.until_end(8).await;
    ended.assert_state("success");
    ended.assert_has("after_script took longer");
    assert!(pids(&ended.log).into_iter().all(|pid| !is_alive(pid)));
}

#[tokio::test]
async fn masked_values_and_tokens_do_not_reach_the_log_however_they_are_written() {
    let secret = json!({"key": "PASSWORD", "value": "hunter2hunter2", "public": false, "masked": true});
    let script = [
        "printf 'a %s' hunter2; sleep 0.3; printf 'hunter2 b\\n'",
        "echo glpat-abcDEF123",
        "echo token=glcbt-1f_token-of-9",
    ];
    let (_, ended) = run(job(9, &script, json!({"variables": [secret]}))).await;
    ended.assert_has("a [MASKED] b\n");
    ended.assert_lacks("hunter2hunter2");
    ended.assert_lacks("abcDEF123");
    ended.assert_lacks("token-of-9");
}

#[tokio::test]
async fn file_variables_are_files_while_the_job_runs() {
    let file = json!({"key": "KEY", "value": "-----BEGIN\nline\n", "public": false, "masked": false, "file": true});
    let raw = json!({"key": "PRICE", "value": "$5 flat", "public": true, "masked": false, "raw": true});
    let script = ["echo \"file $KEY\"", "cat \"$KEY\"", "stat -c 'mode %a' \"$KEY\"", "echo \"$PRICE\""];
    let (_, ended) = run(job(10, &script, json!({"variables": [file, raw]}))).await;
    ended.assert_state("success");
    ended.assert_has("-----BEGIN\nline\n");
    ended.assert_has("mode 600\n");
    ended.assert_has("\n$5 flat\n");
    let path = ended.log.lines().find_map(|line| line.strip_prefix("file ")).unwrap();
    assert!(path.ends_with("/acme/widgets.tmp/KEY"), "{path}");
    assert!(!std::path::Path::new(path).exists());
}

#[tokio::test]
async fn the_runners_own_environment_is_withheld() {
    let (_, ended) = run(job(11, &["env"], json!({}))).await;
    ended.assert_has("CI_JOB_TIMEOUT=60\n");
    ended.assert_has("CI_RUNNER_SHORT_TOKEN=abcdefghi\n");
    ended.assert_has("\nPATH=");
    ended.assert_lacks("CARGO_MANIFEST_DIR");
}

#[tokio::test]
async fn what_a_shell_runner_has_not_is_said() {
    let more = json!({"image": {"name": "debian:12"}, "services": [{"name": "postgres:16"}]});
    let (_, ended) = run(job(12, &["echo \"image $CI_JOB_IMAGE\""], more)).await;
    ended.assert_state("success");
    ended.assert_has("image and services are ignored");
    ended.assert_has("image debian:12\n");
    let (_, ended) = run(job(13, &["true"], json!({"run": "[]"}))).await;
    ended.assert_state("failed");
    assert_eq!(ended.update["failure_reason"], "script_failure");
    ended.assert_has("no support for `run`");
}

#[tokio::test]
async fn a_script_that_prints_without_end_fills_its_log_only() {
    let server = Server::start().await;
    let _runner = Running::start_with(&server, |config| config.log_limit = 20_000);
    server.push(job(14, &["head -c 3000000 /dev/zero | tr '\\0' x"], json!({})));
    let ended = server.until_end(14).await;
    ended.assert_state("success");
    ended.assert_has("limit of 20000 bytes");
    assert!(ended.log.len() < 21_000);
}

#[tokio::test]
async fn a_job_has_the_limit_of_open_files_it_is_given() {
    let server = Server::start().await;
    let runner = Running::start_with(&server, |config| config.limit_open_files(123));
    server.push(job(50, &["echo \"files $(ulimit -Sn)\""], json!({})));
    server.until_end(50).await.assert_has("files 123\n");
    runner.shutdown.drain();
    runner.stopped().await;
}
