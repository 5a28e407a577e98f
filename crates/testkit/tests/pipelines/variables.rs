//! Which of several variables of one name a job sees (runner protocol §11.3).

use super::support::{gzip, value};
use pipewright_testkit::for_both;
use serde_json::json;

#[tokio::test]
async fn trap_40_dotenv_beats_the_file_and_loses_to_the_project() {
    let yaml = "make: { stage: build, script: [x], artifacts: { reports: { dotenv: a.env } } }\n\
                use: { stage: test, script: [x], variables: { A: file, B: file } }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "dotenv").await;
        let _ =
            project.owner.post(&project.at("/variables"), json!({ "key": "B", "value": "project" })).await.expect(201);
        project.pipeline(yaml).await;
        let runner = server.runner().await;
        let make = runner.take().await;
        make.upload_as("dotenv", "gzip", ".env", gzip("A=report\nB=report\nC=report\n"), "").await;
        make.finish("success").await;
        let user = runner.take().await;
        assert_eq!(value(&user, "A").as_deref(), Some("report"));
        assert_eq!(value(&user, "B").as_deref(), Some("project"));
        assert_eq!(value(&user, "C").as_deref(), Some("report"));
    })
    .await;
}

#[tokio::test]
async fn a_protected_variable_reaches_only_a_protected_ref() {
    let yaml = "work: { script: [x] }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "protected").await;
        project.set(json!({ "auto_cancel_pending_pipelines": "disabled" })).await;
        let fields = json!({ "key": "KEY", "value": "for-protected-refs", "protected": true });
        let _ = project.owner.post(&project.at("/variables"), fields).await.expect(201);
        let runner = server.runner().await;
        // The default branch is protected by its first push.
        project.pipeline(yaml).await;
        let job = runner.take().await;
        assert_eq!(value(&job, "KEY").as_deref(), Some("for-protected-refs"));
        assert_eq!(value(&job, "CI_COMMIT_REF_PROTECTED").as_deref(), Some("true"));
        project.pipeline_on("side", yaml).await;
        let job = runner.take().await;
        assert_eq!(value(&job, "CI_COMMIT_BRANCH").as_deref(), Some("side"));
        assert_eq!(value(&job, "KEY"), None);
    })
    .await;
}

#[tokio::test]
async fn a_masked_variable_is_not_in_the_stored_log_even_across_patches() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "masked").await;
        let fields = json!({ "key": "PASSWORD", "value": "correcthorse", "masked": true });
        let _ = project.owner.post(&project.at("/variables"), fields).await.expect(201);
        let (_, job) = project.running_job().await;
        job.log("the password is correct").await;
        job.log(&format!("horse, the token {}, and so on\n", job.token)).await;
        job.finish("success").await;
        let log = project.owner.get(&project.at(&format!("/jobs/{}/trace", job.id))).await.expect(200).text();
        let token = "x".repeat(job.token.len());
        assert_eq!(log, format!("the password is xxxxxxxxxxxx, the token {token}, and so on\n"));
    })
    .await;
}

#[tokio::test]
async fn a_variable_changed_after_the_hand_out_is_masked_as_it_was_handed_out() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "changed").await;
        for (key, value) in [("CHANGED", "correcthorse"), ("GONE", "batterystaple")] {
            let fields = json!({ "key": key, "value": value, "masked": true });
            let _ = project.owner.post(&project.at("/variables"), fields).await.expect(201);
        }
        let (_, job) = project.running_job().await;
        let fields = json!({ "value": "anothervalue" });
        let _ = project.owner.put(&project.at("/variables/CHANGED"), fields).await.expect(200);
        let _ = project.owner.delete(&project.at("/variables/GONE")).await.expect(204);
        job.log("correcthorse, batterystaple and anothervalue\n").await;
        job.finish("success").await;
        let log = project.owner.get(&project.at(&format!("/jobs/{}/trace", job.id))).await.expect(200).text();
        assert_eq!(log, "xxxxxxxxxxxx, xxxxxxxxxxxxx and xxxxxxxxxxxx\n");
    })
    .await;
}

#[tokio::test]
async fn references_are_followed_before_the_job_is_handed_out() {
    let yaml = "variables: { A: \"$B/a\", B: \"${C}-b\", C: c, RAW: { value: \"$C\", expand: false } }\nwork: { script: [x] }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "expanded").await;
        project.pipeline(yaml).await;
        let job = server.runner().await.take().await;
        assert_eq!(value(&job, "A").as_deref(), Some("c-b/a"));
        assert_eq!(value(&job, "RAW").as_deref(), Some("$C"));
        let raw = job.payload["variables"].as_array().unwrap().iter().find(|v| v["key"] == "RAW").unwrap();
        assert_eq!(raw["raw"], true);
    })
    .await;
}

#[tokio::test]
async fn a_played_job_has_the_variables_it_was_played_with() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "played").await;
        let pipeline = project.pipeline("ask: { script: [x], when: manual }\n").await;
        let id = project.job_id(&pipeline, "ask").await;
        let fields = json!({ "job_variables_attributes": [{ "key": "ANSWER", "value": "42" }] });
        let _ = project.owner.post(&project.at(&format!("/jobs/{id}/play")), fields).await.expect(200);
        let job = server.runner().await.take().await;
        assert_eq!(value(&job, "ANSWER").as_deref(), Some("42"));
        assert_eq!(value(&job, "CI_JOB_MANUAL").as_deref(), Some("true"));
    })
    .await;
}

#[tokio::test]
async fn a_caches_key_follows_the_contents_of_its_files() {
    let yaml = "one: { script: [x], cache: { key: { files: [lock], prefix: $CI_JOB_NAME }, paths: [a] } }\n\
                two: { script: [x], cache: { key: { files: ['*.none'] }, paths: [a], unprotect: true } }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "cached").await;
        project.commit("main", "lock", "1").await;
        project.pipeline(yaml).await;
        let runner = server.runner().await;
        let mut keys = Vec::new();
        // Each commit has a pipeline of its own.
        for (file, content) in [("other", "1"), ("lock", "2"), ("lock", "3")] {
            let (one, two) = (runner.take().await, runner.take().await);
            keys.push(one.payload["cache"][0]["key"].as_str().unwrap().to_owned());
            assert_eq!(two.payload["cache"][0]["key"], "default");
            one.finish("success").await;
            two.finish("success").await;
            project.commit("main", file, content).await;
        }
        assert!(keys[0].starts_with("$CI_JOB_NAME-") && keys[0].ends_with("-protected"), "{keys:?}");
        assert_eq!(keys[0], keys[1]);
        assert_ne!(keys[1], keys[2]);
    })
    .await;
}
