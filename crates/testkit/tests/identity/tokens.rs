//! Personal access tokens.

use pipewright_testkit::{for_both, on_sqlite};
use serde_json::json;

#[tokio::test]
async fn a_secret_is_shown_once() {
    for_both(async |server| {
        let id = server.make_user(json!({ "username": "ana", "name": "Ana", "email": "ana@example.com" })).await;
        let fields =
            json!({ "name": "t", "scopes": ["api", "read_user"], "expires_at": "2999-01-02", "description": "why" });
        let path = format!("/users/{id}/personal_access_tokens");
        let made = server.admin().post(&path, fields).await.expect(201).json();
        let secret = made["token"].as_str().expect("the secret");
        assert!(secret.starts_with("glpat-") && secret.len() > 25);
        assert_eq!(
            (&made["active"], &made["expires_at"], &made["user_id"]),
            (&json!(true), &json!("2999-01-02"), &json!(id))
        );
        let ana = server.anonymous().with("PRIVATE-TOKEN", secret);
        let own = ana.get("/personal_access_tokens/self").await.expect(200).json();
        assert!(own.get("token").is_none());
        assert_eq!(
            (&own["id"], &own["scopes"], &own["description"]),
            (&made["id"], &json!(["api", "read_user"]), &json!("why"))
        );
        assert!(own["last_used_at"].is_string(), "{own}");
    })
    .await;
}

#[tokio::test]
async fn only_administrators_see_and_make_others_tokens() {
    on_sqlite(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let bens = ben.get("/personal_access_tokens/self").await.expect(200).json();
        let bens_id = &bens["user_id"];
        let fields = json!({ "name": "t", "scopes": ["api"] });
        let _ = ana.post(&format!("/users/{bens_id}/personal_access_tokens"), fields).await.expect(403);
        let _ = ana.get(&format!("/personal_access_tokens/{}", bens["id"])).await.expect(401);
        let _ = ana.delete(&format!("/personal_access_tokens/{}", bens["id"])).await.expect(401);
        let _ = ana.get(&format!("/personal_access_tokens?user_id={bens_id}")).await.expect(401);
        assert_eq!(ana.get("/personal_access_tokens").await.expect(200).ids().len(), 1);
        let all =
            server.admin().get(&format!("/personal_access_tokens?user_id={bens_id}&state=active")).await.expect(200);
        assert_eq!(all.ids(), [bens["id"].as_i64().unwrap_or_default()]);
    })
    .await;
}

#[tokio::test]
async fn rotation_ends_the_old_token_and_keeps_its_scopes() {
    on_sqlite(async |server| {
        let id = server.make_user(json!({ "username": "ana", "name": "Ana", "email": "ana@example.com" })).await;
        let old = server.token_of(id, &["api"]).await;
        let made = old.post("/personal_access_tokens/self/rotate", json!({})).await.expect(200).json();
        let new = server.anonymous().with("PRIVATE-TOKEN", made["token"].as_str().expect("a secret"));
        let _ = old.get("/user").await.expect(401);
        let _ = new.get("/user").await.expect(200);
        assert_eq!(made["scopes"], json!(["api"]));
        assert!(made["expires_at"].is_string());
    })
    .await;
}

#[tokio::test]
async fn tokens_that_cannot_be_are_refused() {
    on_sqlite(async |server| {
        let path = "/users/1/personal_access_tokens";
        for (fields, status) in [
            (json!({ "scopes": ["api"] }), 400),
            (json!({ "name": "t", "scopes": ["everything"] }), 400),
            (json!({ "name": "t", "scopes": [] }), 400),
            (json!({ "name": "t", "scopes": ["api"], "expires_at": "2001-01-01" }), 400),
            (json!({ "name": "t", "scopes": ["api"], "expires_at": "soon" }), 400),
        ] {
            assert_eq!(server.admin().post(path, fields.clone()).await.status, status, "{fields}");
        }
        let _ = server
            .admin()
            .post("/users/99/personal_access_tokens", json!({ "name": "t", "scopes": ["api"] }))
            .await
            .expect(404);
    })
    .await;
}
