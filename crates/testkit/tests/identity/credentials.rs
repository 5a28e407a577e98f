//! Carriers of tokens, their order, scopes, ends and sudo (Jobs API contract §2).

use pipewright_testkit::{ROOT_TOKEN, TestOptions, for_both, on_sqlite, on_sqlite_with};
use serde_json::json;

#[tokio::test]
async fn every_carrier_of_an_access_token_is_read() {
    on_sqlite(async |server| {
        let nobody = server.anonymous();
        let bearer = format!("bEaReR {ROOT_TOKEN}");
        for api in [nobody.with("PRIVATE-TOKEN", ROOT_TOKEN), nobody.with("Authorization", &bearer)] {
            assert_eq!(api.get("/user").await.expect(200).json()["username"], "root");
        }
        for name in ["private_token", "access_token"] {
            let _ = nobody.get(&format!("/user?{name}={ROOT_TOKEN}")).await.expect(200);
        }
        // The parameter wins over the header, also when it is the wrong one.
        let _ = server.admin().get("/user?private_token=glpat-wrong").await.expect(401);
        let _ = nobody
            .with("PRIVATE-TOKEN", "glpat-wrong")
            .get(&format!("/user?private_token={ROOT_TOKEN}"))
            .await
            .expect(200);
        // Blank is absent.
        nobody.with("PRIVATE-TOKEN", "").get("/user").await.is(401, &json!({ "message": "401 Unauthorized" }));
    })
    .await;
}

#[tokio::test]
async fn trap_44_a_wrong_token_never_degrades_to_anonymous() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project_with(&ana, json!({ "name": "open", "visibility": "public" })).await;
        let _ = server.anonymous().get(&project.at("")).await.expect(200);
        let wrong = server.anonymous().with("PRIVATE-TOKEN", "glpat-wrong");
        wrong.get(&project.at("")).await.is(401, &json!({ "message": "401 Unauthorized" }));
        let long = "x".repeat(8193);
        let _ = server.anonymous().with("PRIVATE-TOKEN", &long).get(&project.at("")).await.expect(401);
    })
    .await;
}

#[tokio::test]
async fn trap_43_an_expired_and_a_revoked_token_say_so() {
    on_sqlite_with(TestOptions::with_manual_clock(), async |server| {
        let clock = server.clock.as_ref().expect("a clock that stands still");
        let id = server.make_user(json!({ "username": "ana", "name": "Ana", "email": "ana@example.com" })).await;
        let path = format!("/users/{id}/personal_access_tokens");
        let fields = json!({ "name": "short", "scopes": ["api"], "expires_at": "2024-02-10" });
        let made = server.admin().post(&path, fields).await.expect(201).json();
        let ana = server.anonymous().with("PRIVATE-TOKEN", made["token"].as_str().expect("a token"));
        let _ = ana.get("/user").await.expect(200);
        clock.advance(8 * 86_400);
        let ended = ana.get("/user").await;
        let why = "Token is expired. You can either do re-authorization or token refresh.";
        ended.is(401, &json!({ "error": "invalid_token", "error_description": why }));
        assert!(ended.header("www-authenticate").is_some_and(|value| value.contains("invalid_token")));

        let other = server.token_of(id, &["api"]).await;
        let _ = other.get("/user").await.expect(200);
        let own = other.get("/personal_access_tokens/self").await.expect(200).json();
        let _ = server.admin().delete(&format!("/personal_access_tokens/{}", own["id"])).await.expect(204);
        let why = "Token was revoked. You have to re-authorize from the user.";
        other.get("/user").await.is(401, &json!({ "error": "invalid_token", "error_description": why }));
    })
    .await;
}

#[tokio::test]
async fn a_token_seen_a_moment_ago_does_not_outlive_its_revocation_or_its_user() {
    for_both(async |server| {
        for round in 0..5 {
            let id = server
                .make_user(
                    json!({ "username": format!("u{round}"), "name": "U", "email": format!("u{round}@example.com") }),
                )
                .await;
            let (one, two) = (server.token_of(id, &["api"]).await, server.token_of(id, &["api"]).await);
            let (_, _) = (one.get("/user").await.expect(200), two.get("/user").await.expect(200));
            let _ = one.delete("/personal_access_tokens/self").await.expect(204);
            let _ = one.get("/user").await.expect(401);
            let _ = server.admin().post(&format!("/users/{id}/block"), json!({})).await.expect(201);
            two.get("/user").await.is(403, &json!({ "message": "403 Forbidden - Your account has been blocked." }));
            let _ = server.admin().post(&format!("/users/{id}/unblock"), json!({})).await.expect(201);
            let _ = two.get("/user").await.expect(200);
        }
    })
    .await;
}

#[tokio::test]
async fn trap_42_scopes_decide_what_a_token_reaches() {
    on_sqlite(async |server| {
        let id = server.make_user(json!({ "username": "ana", "name": "Ana", "email": "ana@example.com" })).await;
        let reads = server.token_of(id, &["read_api"]).await;
        let _ = reads.get("/projects").await.expect(200);
        let _ = reads.head("/projects").await.expect(200);
        let told = json!({
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the access token.",
            "scope": "api read_api",
        });
        reads.post("/projects", json!({ "name": "x" })).await.is(403, &told);
        let profile = server.token_of(id, &["read_user"]).await;
        let _ = profile.get("/user").await.expect(200);
        profile.get("/projects").await.is(403, &told);
        let code = server.token_of(id, &["read_repository"]).await;
        let _ = code.get("/user").await.expect(403);
        let _ = code.get("/personal_access_tokens/self").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn administrators_may_act_as_others() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let id = ana.get("/user").await.expect(200).json()["id"].clone();
        for target in [id.to_string(), "ANA".to_owned()] {
            let seen = server.admin().get(&format!("/user?sudo={target}")).await.expect(200).json();
            assert_eq!(seen["username"], "ana");
        }
        let unknown = json!({ "message": "404 User with ID or username 'nobody' Not Found" });
        server.admin().get("/user?sudo=nobody").await.is(404, &unknown);
        let refused = json!({ "message": "403 Forbidden - Must be admin to use sudo" });
        ana.get("/user?sudo=root").await.is(403, &refused);
        let weak = server.token_of(1, &["api"]).await;
        assert_eq!(weak.get("/user?sudo=ana").await.expect(403).json()["error"], "insufficient_scope");
        let project = server.admin().post("/projects?sudo=ana", json!({ "name": "hers" })).await.expect(201).json();
        assert_eq!(project["path_with_namespace"], "ana/hers");
    })
    .await;
}
