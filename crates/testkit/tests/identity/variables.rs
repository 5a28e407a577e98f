//! CI variables.

use pipewright_engine::projects::variables::for_job;
use pipewright_model::ProjectId;
use pipewright_testkit::{TestServer, for_both, on_sqlite};
use serde_json::json;

#[tokio::test]
async fn variables_at_all_three_levels() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let group = ana.post("/groups", json!({ "name": "g", "path": "g" })).await.expect(201).json();
        let project = server.project_with(&ana, json!({ "name": "app", "namespace_id": group["id"] })).await;
        let places = [
            (server.admin(), "/admin/ci/variables".to_owned()),
            (ana.clone(), "/groups/g/variables".to_owned()),
            (ana, project.at("/variables")),
        ];
        for (owner, path) in places {
            let made =
                owner.post(&path, json!({ "key": "KEY", "value": "v", "protected": "true" })).await.expect(201).json();
            assert_eq!(
                (&made["variable_type"], &made["protected"], &made["masked"]),
                (&json!("env_var"), &json!(true), &json!(false))
            );
            assert_eq!(made.get("environment_scope").is_some(), !path.starts_with("/admin"), "{made}");
            let twice = owner.post(&path, json!({ "key": "KEY", "value": "v" })).await;
            twice.is(400, &json!({ "message": { "key": ["(KEY) has already been taken"] } }));
            let one = format!("{path}/KEY");
            let changed = owner.put(&one, json!({ "value": "new", "variable_type": "file" })).await.expect(200).json();
            assert_eq!(
                (&changed["value"], &changed["variable_type"], &changed["protected"]),
                (&json!("new"), &json!("file"), &json!(true))
            );
            assert_eq!(owner.get(&path).await.expect(200).json(), json!([changed]));
            let _ = owner.delete(&one).await.expect(204);
            owner.get(&one).await.is(404, &json!({ "message": "404 Variable Not Found" }));
        }
    })
    .await;
}

#[tokio::test]
async fn scopes_tell_variables_of_one_key_apart() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let path = project.at("/variables");
        for scope in ["*", "production"] {
            let _ =
                ana.post(&path, json!({ "key": "K", "value": scope, "environment_scope": scope })).await.expect(201);
        }
        let _ = ana.get(&format!("{path}/K")).await.expect(409);
        let one = ana.get(&format!("{path}/K?filter[environment_scope]=production")).await.expect(200).json();
        assert_eq!(one["value"], "production");
        let clash = json!({ "environment_scope": "*", "filter": { "environment_scope": "production" } });
        let _ = ana.put(&format!("{path}/K"), clash).await.expect(400);
        let _ = ana.delete(&format!("{path}/K?filter[environment_scope]=*")).await.expect(204);
        assert_eq!(ana.get(&format!("{path}/K")).await.expect(200).json()["value"], "production");
    })
    .await;
}

#[tokio::test]
async fn values_that_cannot_be_are_refused_and_hidden_ones_never_shown() {
    on_sqlite(async |server| {
        let (ana, dev) = (server.user("ana").await, server.user("dev").await);
        let project = server.project(&ana, "app").await;
        let path = project.at("/variables");
        for fields in [
            json!({ "key": "A-B", "value": "x" }),
            json!({ "key": "", "value": "x" }),
            json!({ "key": "K", "value": "short", "masked": true }),
            json!({ "key": "K", "value": "x".repeat(10_001) }),
            json!({ "key": "K", "value": "x", "environment_scope": "a\u{1}b" }),
            json!({ "key": "K", "value": "x", "variable_type": "folder" }),
        ] {
            assert_eq!(ana.post(&path, fields.clone()).await.status, 400, "{fields}");
        }
        ana.post(&path, json!({ "key": "K" })).await.is(400, &json!({ "error": "value is missing" }));
        let hidden = json!({ "key": "SECRET", "value": "hunter2hunter2", "masked_and_hidden": true });
        let made = ana.post(&path, hidden).await.expect(201).json();
        assert_eq!((&made["value"], &made["hidden"], &made["masked"]), (&json!(null), &json!(true), &json!(true)));
        project.add(&dev, 30).await;
        let _ = dev.get(&path).await.expect(403);
        let _ = server.anonymous().get(&path).await.expect(401);
        let _ = ana.get("/admin/ci/variables").await.expect(403);
    })
    .await;
}

async fn reaching(server: &TestServer, project: i64, protected: bool, environment: Option<&'static str>) -> String {
    let secrets = server.engine.secrets.clone();
    let found = server.engine.db.read(move |tx| {
        let project = pipewright_store::projects::by_id(tx, ProjectId(project))?.expect("the project");
        for_job(tx, &secrets, &project, protected, environment)
    });
    let found = found.await.expect("they can be gathered");
    found.into_iter().map(|variable| format!("{}={}", variable.key, variable.value)).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn nearer_owners_and_closer_scopes_win_and_protected_ones_stay_with_protected_refs() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let top = ana.post("/groups", json!({ "name": "top", "path": "top" })).await.expect(201).json();
        let sub = ana
            .post("/groups", json!({ "name": "sub", "path": "sub", "parent_id": top["id"] }))
            .await
            .expect(201)
            .json();
        let project = server.project_with(&ana, json!({ "name": "app", "namespace_id": sub["id"] })).await;
        let set = async |path: &str, fields: serde_json::Value| {
            let _ = server.admin().post(path, fields).await.expect(201);
        };
        set(&project.at("/variables"), json!({ "key": "A", "value": "project" })).await;
        set("/groups/top%2Fsub/variables", json!({ "key": "A", "value": "sub" })).await;
        set("/groups/top/variables", json!({ "key": "A", "value": "top" })).await;
        set("/admin/ci/variables", json!({ "key": "A", "value": "instance" })).await;
        assert_eq!(
            reaching(server, project.id, false, None).await,
            "A=instance A=top A=sub A=project",
            "later ones win"
        );
        let path = project.at("/variables");
        set(&path, json!({ "key": "P", "value": "safe", "protected": true })).await;
        set(&path, json!({ "key": "A", "value": "review", "environment_scope": "review/*" })).await;
        set(&path, json!({ "key": "A", "value": "exact", "environment_scope": "review/one" })).await;
        assert!(!reaching(server, project.id, false, None).await.contains("P=safe"));
        assert!(reaching(server, project.id, true, None).await.ends_with("A=project P=safe"));
        assert!(reaching(server, project.id, false, Some("review/two")).await.ends_with("A=review"));
        assert!(reaching(server, project.id, false, Some("review/one")).await.ends_with("A=exact"));
    })
    .await;
}
