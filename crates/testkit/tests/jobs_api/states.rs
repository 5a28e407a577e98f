//! What changes a job (Jobs API contract §6, §10).

use pipewright_testkit::{TestServer, for_both};
use serde_json::{Value, json};

async fn server_with(server: &TestServer, yaml: &str) -> (pipewright_testkit::Api, i64, i64) {
    let ana = server.user("ana").await;
    let project = server.project(&ana, "app").await;
    let pipeline = project.pipeline(yaml).await;
    (ana, project.id, pipeline.id)
}

fn id_of(job: &Value) -> i64 {
    job["id"].as_i64().expect("an id")
}

#[tokio::test]
async fn trap_18_a_bridge_is_no_job_but_for_retry_and_play() {
    for_both(async |server| {
        let yaml = "down: { trigger: { include: child.yml }, when: manual }\nwork: { script: [x] }\n";
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        project.commit("main", "child.yml", "inner: { script: [x] }").await;
        let pipeline = project.pipeline(yaml).await;
        let bridges = project.at(&format!("/pipelines/{}/bridges", pipeline.id));
        let bridge = ana.get(&bridges).await.ids()[0];
        let missing = json!({ "message": "404 Not found" });
        for path in ["", "/trace", "/artifacts", "/artifacts/a.txt", "/artifacts/tree"] {
            ana.get(&project.at(&format!("/jobs/{bridge}{path}"))).await.is(404, &missing);
        }
        for verb in ["cancel", "erase", "artifacts/keep"] {
            ana.post(&project.at(&format!("/jobs/{bridge}/{verb}")), json!({})).await.is(404, &missing);
        }
        ana.delete(&project.at(&format!("/jobs/{bridge}/artifacts"))).await.is(404, &missing);
    })
    .await;
}

#[tokio::test]
async fn trap_24_play_shows_a_bridge_as_one_and_retry_as_a_job() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        project.commit("main", "child.yml", "inner: { script: [x] }").await;
        let yaml = "down: { trigger: { include: child.yml, strategy: depend }, when: manual }\n";
        let pipeline = project.pipeline(yaml).await;
        let bridges = project.at(&format!("/pipelines/{}/bridges", pipeline.id));
        let bridge = ana.get(&bridges).await.ids()[0];
        let played = ana.post(&project.at(&format!("/jobs/{bridge}/play")), json!({})).await.expect(200).json();
        assert!(played.get("downstream_pipeline").is_some() && played.get("artifacts").is_none(), "{played}");
        let claimed = server.runner().await.take().await;
        let shown = ana.get(&bridges).await.json();
        assert_eq!(shown[0]["downstream_pipeline"]["id"], claimed.api().get("/job").await.json()["pipeline"]["id"]);
        assert_eq!(shown[0]["downstream_pipeline"]["source"], "parent_pipeline");
        claimed.finish("failed").await;
        server
            .until("the bridge to fail", async || {
                let shown = ana.get(&bridges).await.expect(200).json();
                (shown[0]["status"] == "failed").then_some(())
            })
            .await;
        let retried = ana.post(&project.at(&format!("/jobs/{bridge}/retry")), json!({})).await.expect(201).json();
        assert!(retried.get("artifacts").is_some() && retried.get("downstream_pipeline").is_none(), "{retried}");
        assert!(retried.get("runner_manager").is_none() && id_of(&retried) != bridge, "{retried}");
    })
    .await;
}

#[tokio::test]
async fn traps_19_and_25_a_finished_job_is_canceled_in_vain_with_201() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (pipeline, claimed) = project.running_job().await;
        claimed.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
        let cancel = project.at(&format!("/jobs/{}/cancel", claimed.id));
        let same = ana.post(&cancel, json!({})).await.expect(201).json();
        assert_eq!((&same["status"], &same["id"]), (&json!("success"), &json!(claimed.id)));
        let missing = ana.post(&project.at("/jobs/999999/cancel"), json!({})).await;
        missing.is(404, &json!({ "message": "404 Not found" }));
    })
    .await;
}

#[tokio::test]
async fn trap_20_force_ends_only_a_job_that_is_being_canceled() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let dev = server.user("dev").await;
        let project = server.project(&ana, "app").await;
        project.add(&dev, 30).await;
        project.commit("main", "README.md", "x").await;
        project.pipeline_on("topic", "work: { script: [make] }").await;
        let mut runner = server.runner().await;
        runner.features["cancel_gracefully"] = json!(true);
        runner.features["cancelable"] = json!(true);
        let claimed = runner.take().await;
        // It says so with its first log as well.
        claimed.log("begun\n").await;
        let cancel = project.at(&format!("/jobs/{}/cancel", claimed.id));
        let running = ana.post(&cancel, json!({ "force": true })).await.expect(201).json();
        assert_eq!(running["status"], "running");
        let canceling = ana.post(&cancel, json!({})).await.expect(201).json();
        if canceling["status"] == "canceling" {
            assert_eq!(canceling["finished_at"], Value::Null);
            let refused = dev.post(&format!("{cancel}?force=true"), json!({})).await;
            refused.is(403, &json!({ "message": "403 Forbidden" }));
            let canceled = ana.post(&format!("{cancel}?force=true"), json!({})).await.expect(201).json();
            assert_eq!(canceled["status"], "canceled");
            assert!(canceled["finished_at"].is_string());
        } else {
            panic!("the runner cancels gracefully: {canceling}");
        }
    })
    .await;
}

#[tokio::test]
async fn trap_21_a_manual_and_a_scheduled_job_can_be_canceled() {
    for_both(async |server| {
        let yaml = "hand: { script: [x], when: manual }\nlater: { script: [x], when: delayed, start_in: 1 day }\n";
        let (ana, project, _) = server_with(server, yaml).await;
        let jobs = ana.get(&format!("/projects/{project}/jobs")).await.json();
        for job in jobs.as_array().into_iter().flatten() {
            let path = format!("/projects/{project}/jobs/{}/cancel", job["id"]);
            let canceled = ana.post(&path, json!({})).await.expect(201).json();
            assert_eq!(canceled["status"], "canceled", "{job}");
            assert!(canceled["finished_at"].is_string() && canceled["scheduled_at"].is_null());
        }
    })
    .await;
}

#[tokio::test]
async fn traps_22_and_23_a_retry_is_a_new_job_and_the_old_one_is_spent() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, claimed) = project.running_job().await;
        let path = project.at(&format!("/jobs/{}/retry", claimed.id));
        let refused = json!({ "message": "403 Forbidden - Job is not retryable" });
        ana.post(&path, json!({})).await.is(403, &refused);
        claimed.finish("failed").await;
        let unknown = ana.post(&path, json!({ "inputs": { "foo": "bar" } })).await;
        unknown.is(400, &json!({ "message": "400 Bad request - Unknown input: foo" }));
        let new = ana.post(&path, json!({})).await.expect(201).json();
        assert_ne!(new["id"], claimed.id);
        assert_eq!(
            (&new["status"], &new["name"], &new["started_at"]),
            (&json!("pending"), &json!("work"), &Value::Null)
        );
        let old = project.show(claimed.id).await;
        assert_eq!((&old["status"], &old["failure_reason"]), (&json!("failed"), &json!("script_failure")));
        ana.post(&path, json!({})).await.is(403, &refused);
    })
    .await;
}

#[tokio::test]
async fn traps_25_26_and_28_play_starts_a_manual_job_and_repeats_an_ended_one() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let bob = server.user("bob").await;
        let project = server.project(&ana, "app").await;
        project.add(&bob, 40).await;
        let pipeline = project.pipeline("hand: { script: [x], when: manual }\nwork: { script: [x] }\n").await;
        let id = project.job_id(&pipeline, "hand").await;
        let path = project.at(&format!("/jobs/{id}/play"));
        let played = bob.post(&path, json!({})).await.expect(200).json();
        assert_eq!((id_of(&played), &played["status"]), (id, &json!("pending")));
        assert_eq!(played["user"]["username"], "bob");
        let unplayable = json!({ "message": "400 Bad request - Unplayable Job" });
        bob.post(&path, json!({})).await.is(400, &unplayable);
        let work = project.job_id(&pipeline, "work").await;
        ana.post(&project.at(&format!("/jobs/{work}/play")), json!({})).await.is(400, &unplayable);
        let runner = server.runner().await;
        for _ in 0..2 {
            runner.take().await.finish("success").await;
        }
        project.until_pipeline(&pipeline, "success").await;
        let again = ana.post(&path, json!({})).await.expect(200).json();
        assert_ne!(id_of(&again), id);
        assert_eq!((&again["status"], &again["user"]["username"]), (&json!("pending"), &json!("ana")));
    })
    .await;
}

#[tokio::test]
async fn trap_27_one_bad_variable_changes_nothing() {
    for_both(async |server| {
        let (ana, project, _) = server_with(server, "hand: { script: [x], when: manual }\n").await;
        let id = ana.get(&format!("/projects/{project}/jobs")).await.ids()[0];
        let path = format!("/projects/{project}/jobs/{id}/play");
        let fields = json!({ "job_variables_attributes": [{ "key": "A", "value": "1" }, { "key": "B" }] });
        let bad = ana.post(&path, fields).await;
        bad.is(400, &json!({ "error": "job_variables_attributes[1][value] is missing" }));
        let fields = json!({ "job_variables_attributes": [{ "value": "1" }] });
        let bad = ana.post(&path, fields).await;
        bad.is(400, &json!({ "error": "job_variables_attributes[0][key] is missing" }));
        let fields = json!({ "job_variables_attributes": [{ "key": "NOT A NAME", "value": "1" }] });
        let _ = ana.post(&path, fields).await.expect(400);
        let still = ana.get(&format!("/projects/{project}/jobs/{id}")).await.json();
        assert_eq!(still["status"], "manual");
        let fields =
            json!({ "job_variables_attributes": [{ "key": "GIVEN", "value": "" }, { "key": "B", "value": "2" }] });
        let _ = ana.post(&path, fields).await.expect(200);
        let claimed = server.runner().await.take().await;
        let given = claimed.payload["variables"].as_array().into_iter().flatten().find(|v| v["key"] == "B").cloned();
        assert_eq!(given.expect("the variable it was played with")["value"], "2");
    })
    .await;
}

#[tokio::test]
async fn traps_47_and_48_erase_takes_the_log_and_works_once() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, id) = project.job_with_archive(&[("a.txt", b"one")]).await;
        let _ = ana.delete(&project.at(&format!("/jobs/{id}/artifacts"))).await.expect(204);
        let _ = ana.delete(&project.at(&format!("/jobs/{id}/artifacts"))).await.expect(204);
        let trace = project.at(&format!("/jobs/{id}/trace"));
        assert_eq!(ana.get(&trace).await.expect(200).text(), "made\n");
        let left = project.show(id).await;
        assert!(left.get("artifacts_file").is_none() && left["erased_at"].is_null(), "{left}");
        let gone = ana.get(&project.at(&format!("/jobs/{id}/artifacts"))).await;
        gone.is(404, &json!({ "message": "404 Not Found" }));
        let path = project.at(&format!("/jobs/{id}/erase"));
        let erased = ana.post(&path, json!({})).await.expect(201).json();
        assert_eq!((&erased["artifacts"], &erased["artifacts_expire_at"]), (&json!([]), &Value::Null));
        assert!(erased["erased_at"].is_string() && erased["status"] == "success");
        assert_eq!(erased.get("download_url"), Some(&Value::Null));
        assert!(ana.get(&trace).await.expect(200).body.is_empty());
        let again = ana.post(&path, json!({})).await;
        again.is(403, &json!({ "message": "403 Forbidden - Job is not erasable!" }));
    })
    .await;
}
