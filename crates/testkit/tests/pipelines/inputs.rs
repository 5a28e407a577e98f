//! Inputs of pipelines and of jobs.

use super::support::value;
use pipewright_testkit::for_both;
use serde_json::{Value, json};

const HEADER: &str = "spec:\n  inputs:\n    place: { options: [here, there] }\n    count: { type: number, default: 1 }\n\
    ---\nwork:\n  script: [echo]\n  variables: { PLACE: \"$[[ inputs.place ]]\" }\n  parallel: $[[ inputs.count ]]\n";

#[tokio::test]
async fn a_pipeline_started_by_hand_is_given_its_inputs() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "given").await;
        project.commit("main", ".gitlab-ci.yml", HEADER).await;
        let path = project.at("/pipeline");
        let fields = json!({ "ref": "main", "inputs": { "place": "there", "count": 2 } });
        let made = project.owner.post(&path, fields).await.expect(201).json();
        let jobs = project.owner.get(&project.at(&format!("/pipelines/{}/jobs", made["id"]))).await.expect(200).json();
        assert_eq!(jobs.as_array().unwrap().len(), 2);
        let job = server.runner().await.take().await;
        assert_eq!(value(&job, "PLACE").as_deref(), Some("there"));
        // A form has nothing but texts.
        let form = project.owner.request(reqwest::Method::POST, &path);
        let form = form.header("Content-Type", "application/x-www-form-urlencoded");
        let form = form.body("ref=main&inputs[place]=here&inputs[count]=3");
        let _ = project.owner.send(form).await.expect(201);
        for wrong in [
            json!({}),
            json!({ "place": "elsewhere" }),
            json!({ "place": "here", "count": "many" }),
            json!({ "place": "here", "other": 1 }),
            json!((0..21).map(|n| (format!("i{n}"), json!(n))).collect::<serde_json::Map<String, Value>>()),
        ] {
            let reply = project.owner.post(&path, json!({ "ref": "main", "inputs": wrong })).await;
            assert_eq!(reply.status, 400, "{reply:?}");
        }
        assert_eq!(project.owner.post(&path, json!({ "ref": "main", "inputs": [1] })).await.status, 400);
    })
    .await;
}

const OF_JOB: &str = "ask:\n  when: manual\n  script: [echo]\n  inputs:\n    \
    place: { default: here, options: [here, there] }\n    count: { type: number, default: 1 }\n    \
    name: { default: abc, regex: '^[a-z]+$' }\n";

#[tokio::test]
async fn a_job_is_played_and_retried_with_inputs_of_its_own() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "asked").await;
        let pipeline = project.pipeline(OF_JOB).await;
        let id = project.job_id(&pipeline, "ask").await;
        let path = project.at(&format!("/jobs/{id}/play"));
        for (wrong, said) in [
            (json!({ "foo": "bar" }), "Unknown input: foo"),
            (json!({ "count": "two" }), "`count` input: provided value is not a number"),
            (json!({ "place": "x" }), "`place` input: `x` cannot be used because it is not in the list of allowed options (here, there)"),
            (json!({ "name": "A" }), "`name` input: provided value does not match required RegEx pattern"),
        ] {
            let reply = project.owner.post(&path, json!({ "job_inputs": wrong })).await;
            reply.is(400, &json!({ "message": format!("400 Bad request - {said}") }));
        }
        assert_eq!(project.show(id).await["status"], "manual");
        let _ = project.owner.post(&path, json!({ "job_inputs": { "place": "there" } })).await.expect(200);
        let runner = server.runner().await;
        let job = runner.take().await;
        let input = |key: &str, kind: &str, content: Value| {
            json!({ "key": key, "value": { "type": kind, "content": content, "sensitive": false } })
        };
        let rest = [input("name", "string", json!("abc")), input("place", "string", json!("there"))];
        let expected = |count: i64| json!([input("count", "number", json!(count)), rest[0], rest[1]]);
        assert_eq!(job.payload["inputs"], expected(1));
        job.finish("failed").await;
        let retry = project.at(&format!("/jobs/{id}/retry"));
        let _ = project.owner.post(&retry, json!({ "inputs": { "count": 5 } })).await.expect(201);
        assert_eq!(runner.take().await.payload["inputs"], expected(5), "what was given before is kept");
    })
    .await;
}
