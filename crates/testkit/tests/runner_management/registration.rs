//! Registering the old way, with a registration token (§2.3).

use crate::support::{Made, group, join, send, verify};
use pipewright_testkit::{Api, TestOptions, for_both, for_both_with};
use reqwest::Method;
use serde_json::{Value, json};

async fn reset(by: &Api, path: &str) -> String {
    let made = by.post(path, json!({})).await.expect(201).json();
    assert!(made["token_expires_at"].is_null(), "{made}");
    let token = made["token"].as_str().expect("a token").to_owned();
    assert!(token.starts_with("GR1348941"), "{token}");
    token
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registration_token_decides_whose_runner_it_is() {
    for_both(async |server| {
        let (admin, owner) = (server.admin(), server.user("owner").await);
        let team = group(&owner, "team", None).await;
        let project = server.project(&owner, "code").await;
        let tokens = [
            ("instance_type", reset(&admin, "/runners/reset_registration_token").await),
            ("group_type", reset(&owner, &format!("/groups/{team}/runners/reset_registration_token")).await),
            ("project_type", reset(&owner, &project.at("/runners/reset_registration_token")).await),
        ];
        for (kind, token) in &tokens {
            // As the official program writes it.
            let body = json!({
                "token": token, "info": crate::support::info("17.0.0"), "description": "old", "tag_list": "a,b",
                "run_untagged": false, "locked": true, "paused": false, "maximum_timeout": 0,
            });
            let made = server.anonymous().post("/runners", body).await.expect(201);
            assert_eq!(crate::support::keys(&made.json()), ["id", "token", "token_expires_at"]);
            let runner = Made::of(&made);
            assert!(!runner.token.starts_with("glrt-"), "{}", runner.token);
            let shown = admin.get(&runner.at("")).await.expect(200).json();
            assert_eq!(&shown["runner_type"], kind);
            assert_eq!((&shown["tag_list"], &shown["locked"]), (&json!(["a", "b"]), &json!(true)));
            assert_eq!((&shown["maximum_timeout"], &shown["created_by"]), (&Value::Null, &Value::Null));
            let _ = verify(server, &runner.token, "s_a", "17.0.0").await.expect(200);

            let body = json!({ "token": runner.token });
            let _ = send(&server.anonymous(), Method::DELETE, "/runners", body.clone()).await.expect(204);
            let _ = send(&server.anonymous(), Method::DELETE, "/runners", body).await.expect(403);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_registration_token_ends_the_old_one_and_no_runner() {
    for_both(async |server| {
        let owner = server.user("owner").await;
        let project = server.project(&owner, "code").await;
        let path = project.at("/runners/reset_registration_token");
        let old = reset(&owner, &path).await;
        let runner = Made::of(&server.anonymous().post("/runners", json!({ "token": old })).await.expect(201));
        let new = reset(&owner, &path).await;
        let refused = server.anonymous().post("/runners", json!({ "token": old })).await;
        refused.is(403, &json!({ "message": "403 Forbidden - invalid token supplied" }));
        let _ = server.anonymous().post("/runners", json!({ "token": new })).await.expect(201);
        let _ = verify(server, &runner.token, "s_a", "17.0.0").await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_make_runners_get_a_registration_token() {
    for_both(async |server| {
        let (owner, other) = (server.user("owner").await, server.user("other").await);
        let team = group(&owner, "team", None).await;
        let project = server.project(&owner, "code").await;
        let (of_group, of_project) = (
            format!("/groups/{team}/runners/reset_registration_token"),
            project.at("/runners/reset_registration_token"),
        );
        let _ = other.post(&of_group, json!({})).await.expect(404);
        let _ = other.post(&of_project, json!({})).await.expect(404);
        join(&owner, team, &other, 40).await;
        project.add(&other, 30).await;
        let _ = other.post(&of_group, json!({})).await.expect(403);
        let _ = other.post(&of_project, json!({})).await.expect(403);
        let _ = owner.post("/runners/reset_registration_token", json!({})).await.expect(403);
        let _ = server.anonymous().post("/runners/reset_registration_token", json!({})).await.expect(401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_says_what_it_means_or_is_refused() {
    for_both(async |server| {
        let (admin, anonymous) = (server.admin(), server.anonymous());
        let token = reset(&admin, "/runners/reset_registration_token").await;
        let register = async |mut fields: Value| {
            fields["token"] = json!(token);
            anonymous.post("/runners", fields).await
        };
        let both = register(json!({ "paused": true, "active": true })).await;
        both.is(400, &json!({ "error": "paused, active are mutually exclusive" }));
        let _ = register(json!({ "run_untagged": false })).await.expect(400);
        // Untagged jobs are taken by default by those that have no tags, and not by the others.
        for (fields, untagged) in [(json!({}), true), (json!({ "tag_list": ["a"] }), false)] {
            let runner = Made::of(&register(fields).await.expect(201));
            assert_eq!(admin.get(&runner.at("")).await.expect(200).json()["run_untagged"], untagged);
        }
        let noted = Made::of(&register(json!({ "maintainer_note": "ask Ann", "active": false })).await.expect(201));
        let shown = admin.get(&noted.at("")).await.expect(200).json();
        assert_eq!((&shown["maintenance_note"], &shown["paused"]), (&json!("ask Ann"), &json!(true)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registration_token_of_a_deleted_project_is_refused() {
    for_both(async |server| {
        let owner = server.user("owner").await;
        let project = server.project(&owner, "code").await;
        let token = reset(&owner, &project.at("/runners/reset_registration_token")).await;
        let _ = owner.delete(&project.at("")).await.expect(202);
        let _ = server.anonymous().post("/runners", json!({ "token": token })).await.expect(403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_may_give_registration_tokens_up() {
    let options = || {
        let mut options = TestOptions::default();
        options.limits.registration_tokens = false;
        options
    };
    for_both_with(options, async |server| {
        let token = reset(&server.admin(), "/runners/reset_registration_token").await;
        let gone = json!({ "message": "410 Gone", "reason": "runner registration disallowed" });
        for token in [token.as_str(), "GR1348941-nobody-has-this"] {
            server.anonymous().post("/runners", json!({ "token": token })).await.is(410, &gone);
        }
        let _ = server.anonymous().post("/runners", json!({})).await.expect(400);
        // Runners that people make are another matter.
        let runner = server.runner().await;
        let _ = verify(server, &runner.token, "s_a", "17.0.0").await.expect(200);
    })
    .await;
}
