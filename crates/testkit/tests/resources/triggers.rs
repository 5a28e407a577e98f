//! Pipeline triggers.

use pipewright_testkit::{Api, Project, TestServer, for_both, on_sqlite};
use serde_json::{Value, json};

const YAML: &str = "work: { script: [make] }";

/// A project with a pipeline file, and a trigger of its owner.
async fn prepared<'a>(server: &'a TestServer, ana: &Api) -> (Project<'a>, Value) {
    let project = server.project(ana, "app").await;
    project.pipeline(YAML).await;
    let made = ana.post(&project.at("/triggers"), json!({ "description": "nightly" })).await.expect(201).json();
    (project, made)
}

fn token(trigger: &Value) -> &str {
    trigger["token"].as_str().expect("a token")
}

#[tokio::test]
async fn a_token_is_shown_whole_to_its_owner_only() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let (project, made) = prepared(server, &ana).await;
        let secret = token(&made);
        assert!(secret.starts_with("glptt-") && secret.len() > 40, "{made}");
        assert_eq!((&made["description"], &made["owner"]["username"]), (&json!("nightly"), &json!("ana")));
        assert_eq!((&made["last_used"], &made["expires_at"]), (&Value::Null, &Value::Null));
        project.add(&ben, 40).await;
        let own = ana.get(&project.at("/triggers")).await.expect(200);
        assert_eq!((own.header("x-total"), &own.json()[0]["token"]), (Some("1"), &json!(secret)));
        let path = project.at(&format!("/triggers/{}", made["id"]));
        let seen = ben.get(&path).await.expect(200).json();
        assert_eq!(seen["token"], secret["glptt-".len()..][..4]);

        let forbidden = "403 Forbidden - The current user is not authorized to update the pipeline trigger token";
        ben.put(&path, json!({ "description": "mine" })).await.is(403, &json!({ "message": forbidden }));
        let renamed = ana.put(&path, json!({ "description": "weekly" })).await.expect(200).json();
        assert_eq!((&renamed["description"], &renamed["token"]), (&json!("weekly"), &made["token"]));
        let _ = ben.delete(&path).await.expect(204);
        ana.get(&path).await.is(404, &json!({ "message": "404 Not found" }));
        let start = json!({ "ref": "main", "token": secret });
        let gone = server.anonymous().post(&project.at("/trigger/pipeline"), start).await;
        gone.is(404, &json!({ "message": "404 Not Found" }));
    })
    .await;
}

#[tokio::test]
async fn triggers_are_the_maintainers_business() {
    on_sqlite(async |server| {
        let (ana, dev) = (server.user("ana").await, server.user("dev").await);
        let (project, made) = prepared(server, &ana).await;
        project.add(&dev, 30).await;
        let (all, one) = (project.at("/triggers"), project.at(&format!("/triggers/{}", made["id"])));
        let _ = dev.get(&all).await.expect(403);
        let _ = dev.get(&one).await.expect(403);
        let _ = dev.post(&all, json!({ "description": "x" })).await.expect(403);
        let _ = dev.put(&one, json!({ "description": "x" })).await.expect(403);
        let _ = dev.delete(&one).await.expect(403);
        let _ = server.anonymous().get(&all).await.expect(401);
        ana.post(&all, json!({})).await.is(400, &json!({ "error": "description is missing" }));
        let _ = ana.get(&project.at("/triggers/-5")).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_token_alone_starts_a_pipeline_in_its_owners_name() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let (project, trigger) = prepared(server, &ana).await;
        let nobody = server.anonymous();
        let body = json!({ "ref": "main", "token": token(&trigger), "variables": { "STAGE": "prod" } });
        let made = nobody.post(&project.at("/trigger/pipeline"), body).await.expect(201).json();
        assert_eq!(
            (&made["source"], &made["ref"], &made["user"]["username"]),
            (&json!("trigger"), &json!("main"), &json!("ana"))
        );
        let given = ana.get(&project.at(&format!("/pipelines/{}/variables", made["id"]))).await.expect(200).json();
        assert_eq!(given[0], json!({ "variable_type": "env_var", "key": "STAGE", "value": "prod", "raw": false }));
        assert_eq!((&given[1]["key"], &given[1]["variable_type"]), (&json!("TRIGGER_PAYLOAD"), &json!("file")));
        let payload: Value = serde_json::from_str(given[1]["value"].as_str().expect("text")).expect("JSON");
        let id = project.id.to_string();
        assert_eq!(payload, json!({ "ref": "main", "id": id, "variables": { "STAGE": "prod" } }));
        let used = ana.get(&project.at(&format!("/triggers/{}", trigger["id"]))).await.expect(200).json();
        assert!(used["last_used"].is_string(), "{used}");

        // The first pipeline's job is the older one.
        let runner = server.runner().await;
        runner.take().await.finish("success").await;
        let claimed = runner.take().await;
        let variables = claimed.payload["variables"].as_array().expect("variables");
        let value = |key: &str| variables.iter().find(|each| each["key"] == key).map(|each| each["value"].clone());
        assert_eq!(value("CI_PIPELINE_TRIGGERED"), Some(json!("true")));
        assert_eq!(value("CI_PIPELINE_SOURCE"), Some(json!("trigger")));
        assert_eq!(value("STAGE"), Some(json!("prod")));
    })
    .await;
}

#[tokio::test]
async fn the_ref_in_the_address_wins_and_a_form_will_do() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let (project, trigger) = prepared(server, &ana).await;
        let _ = ana
            .post(&project.at("/repository/branches"), json!({ "branch": "v.1/x", "ref": "main" }))
            .await
            .expect(201);
        let nobody = server.anonymous();
        let path = project.at("/ref/v.1%2Fx/trigger/pipeline");
        let form = format!("token={}&ref=main&variables%5BA%5D=1", token(&trigger));
        let request = nobody.request(reqwest::Method::POST, &path).body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let made = nobody.send(request).await.expect(201).json();
        assert_eq!(made["ref"], "v.1/x");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_triggered_is_refused_in_gitlabs_words() {
    on_sqlite(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let (project, trigger) = prepared(server, &ana).await;
        let other = server.project(&ben, "other").await;
        let (nobody, path) = (server.anonymous(), project.at("/trigger/pipeline"));
        let with = |more: Value| {
            let mut body = json!({ "ref": "main", "token": token(&trigger) });
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            body
        };
        nobody.post(&path, json!({ "ref": "main" })).await.is(400, &json!({ "error": "token is missing" }));
        nobody.post(&path, json!({ "token": "x" })).await.is(400, &json!({ "error": "ref is missing" }));
        let not_found = json!({ "message": "404 Not Found" });
        nobody.post(&path, with(json!({ "token": "glptt-wrong" }))).await.is(404, &not_found);
        nobody.post(&other.at("/trigger/pipeline"), with(json!({}))).await.is(404, &not_found);
        nobody.post("/projects/0/trigger/pipeline", with(json!({}))).await.is(404, &not_found);
        let base = |why: &str| json!({ "message": { "base": [why] } });
        nobody.post(&path, with(json!({ "ref": "nowhere" }))).await.is(400, &base("Reference not found"));
        nobody
            .post(&path, with(json!({ "variables": "x" })))
            .await
            .is(400, &json!({ "error": "variables is invalid" }));
        nobody
            .post(&path, with(json!({ "variables": { "A": ["1", "2"] } })))
            .await
            .is(400, &json!({ "message": "variables needs to be a map of key-valued strings" }));
        let hook = nobody.request(reqwest::Method::POST, &path).header("X-Gitlab-Event", "Pipeline Hook");
        let _ = nobody.send(hook.json(&with(json!({})))).await.expect(403);

        // A trigger lives as long as its owner may start pipelines.
        project.add(&ben, 40).await;
        let bens = ben.post(&project.at("/triggers"), json!({ "description": "ben's" })).await.expect(201).json();
        let id = ben.get("/user").await.expect(200).json()["id"].clone();
        let _ = ana.put(&project.at(&format!("/members/{id}")), json!({ "access_level": 20 })).await.expect(200);
        let refused = nobody.post(&path, json!({ "ref": "main", "token": token(&bens) })).await;
        refused.is(400, &base("Insufficient permissions to create a new pipeline"));
    })
    .await;
}

#[tokio::test]
async fn a_running_jobs_token_starts_a_pipeline_too() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, claimed) = project.running_job().await;
        let body = json!({ "ref": "main", "token": claimed.token });
        let made = server.anonymous().post(&project.at("/trigger/pipeline"), body.clone()).await.expect(201).json();
        assert_eq!((&made["source"], &made["user"]["username"]), (&json!("pipeline"), &json!("ana")));
        // A private project that has not let it in shows nothing.
        let other = server.project(&ana, "other").await;
        other.pipeline(YAML).await;
        let hidden = server.anonymous().post(&other.at("/trigger/pipeline"), body).await;
        hidden.is(404, &json!({ "message": "404 Not Found" }));
    })
    .await;
}
