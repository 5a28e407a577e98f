//! `POST /user/runners` (§2.2).

use crate::support::{group, join, make};
use pipewright_testkit::for_both;
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_manages_the_place_makes_runners_there() {
    for_both(async |server| {
        let (admin, owner, helper) = (server.admin(), server.user("owner").await, server.user("helper").await);
        let made = admin.post("/user/runners", json!({ "runner_type": "instance_type" })).await.expect(201).json();
        assert!(made["id"].as_i64().is_some_and(|id| id > 0) && made["token_expires_at"].is_null(), "{made}");
        assert!(made["token"].as_str().expect("a token").starts_with("glrt-t1_"), "{made}");
        let refused = owner.post("/user/runners", json!({ "runner_type": "instance_type" })).await;
        refused.is(403, &json!({ "message": "403 Forbidden" }));

        let team = group(&owner, "team", None).await;
        join(&owner, team, &helper, 40).await;
        let of_group = json!({ "runner_type": "group_type", "group_id": team });
        assert!(make(&owner, of_group.clone()).await.token.starts_with("glrt-t2_"));
        let _ = helper.post("/user/runners", of_group).await.expect(403);

        let project = server.project(&owner, "code").await;
        let of_project = json!({ "runner_type": "project_type", "project_id": project.id });
        let _ = helper.post("/user/runners", of_project.clone()).await.expect(404);
        project.add(&helper, 30).await;
        let _ = helper.post("/user/runners", of_project.clone()).await.expect(403);
        let maintainer = server.user("maintainer").await;
        project.add(&maintainer, 40).await;
        let made = make(&maintainer, of_project).await;
        assert!(made.token.starts_with("glrt-t3_"));
        let shown = maintainer.get(&made.at("")).await.expect(200).json();
        assert_eq!(shown["created_by"]["username"], "maintainer");
        assert_eq!(shown["projects"][0]["path_with_namespace"], "owner/code");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_making_runners_makes_them_and_does_nothing_else() {
    for_both(async |server| {
        let root = server.token_of(1, &["create_runner"]).await;
        let _ = root.post("/user/runners", json!({ "runner_type": "instance_type" })).await.expect(201);
        let refused = root.get("/runners/all").await.expect(403).json();
        assert_eq!(refused["error"], "insufficient_scope");
        let reader = server.token_of(1, &["read_api"]).await;
        let _ = reader.post("/user/runners", json!({ "runner_type": "instance_type" })).await.expect(403);
        let _ = server.anonymous().post("/user/runners", json!({ "runner_type": "instance_type" })).await.expect(401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_by_name() {
    for_both(async |server| {
        let admin = server.admin();
        let bad = async |fields: serde_json::Value| admin.post("/user/runners", fields).await.expect(400).json();
        assert_eq!(bad(json!({})).await, json!({ "error": "runner_type is missing" }));
        assert_eq!(
            bad(json!({ "runner_type": "x" })).await,
            json!({ "error": "runner_type does not have a valid value" })
        );
        assert_eq!(bad(json!({ "runner_type": "group_type" })).await, json!({ "error": "group_id is missing" }));
        assert_eq!(bad(json!({ "runner_type": "project_type" })).await, json!({ "error": "project_id is missing" }));
        let with = |name: &str, value: serde_json::Value| {
            let mut fields = json!({ "runner_type": "instance_type" });
            fields[name] = value;
            fields
        };
        assert!(bad(with("run_untagged", json!(false))).await["message"]["tags_list"][0].is_string());
        assert!(bad(with("maximum_timeout", json!(599))).await["message"]["maximum_timeout"][0].is_string());
        assert!(bad(with("maintenance_note", json!("x".repeat(1025)))).await["message"]["maintenance_note"].is_array());
        let many: Vec<String> = (0..51).map(|number| format!("tag{number}")).collect();
        assert!(bad(with("tag_list", json!(many))).await["message"]["tags_list"][0].is_string());
        assert_eq!(
            bad(with("access_level", json!("all"))).await,
            json!({ "error": "access_level does not have a valid value" })
        );
        assert!(admin.get("/runners/all").await.ids().is_empty(), "something refused was kept");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_says_the_same_as_json() {
    for_both(async |server| {
        let admin = server.admin();
        let form = [
            ("runner_type", "instance_type"),
            ("tag_list", "one, two,one"),
            ("run_untagged", "false"),
            ("paused", "true"),
            ("access_level", "ref_protected"),
            ("maximum_timeout", "600"),
        ];
        let text = form.map(|(key, value)| format!("{key}={}", value.replace(' ', "+").replace(',', "%2C"))).join("&");
        let request = admin.request(Method::POST, "/user/runners");
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(text);
        let id = admin.send(request).await.expect(201).json()["id"].clone();
        let shown = admin.get(&format!("/runners/{id}")).await.expect(200).json();
        assert_eq!(shown["tag_list"], json!(["one", "two"]));
        assert_eq!(
            (&shown["run_untagged"], &shown["paused"], &shown["active"]),
            (&json!(false), &json!(true), &json!(false))
        );
        assert_eq!((&shown["access_level"], &shown["maximum_timeout"]), (&json!("ref_protected"), &json!(600)));
        assert_eq!(shown["status"], "paused");
    })
    .await;
}
