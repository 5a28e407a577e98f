//! Accounts.

use pipewright_testkit::{for_both, on_sqlite};
use serde_json::json;

#[tokio::test]
async fn the_first_administrator_is_root_with_id_one() {
    for_both(async |server| {
        let root = server.admin().get("/user").await.expect(200).json();
        assert_eq!((&root["id"], &root["username"], &root["is_admin"]), (&json!(1), &json!("root"), &json!(true)));
        assert_eq!(root["web_url"], format!("{}/root", server.url));
        let namespace = server.admin().get("/namespaces/root").await.expect(200).json();
        assert_eq!((&namespace["kind"], &namespace["id"]), (&json!("user"), &json!(1)));
        assert_eq!(server.engine.ensure_root(None).await.unwrap(), None, "a second start makes nobody");
    })
    .await;
}

#[tokio::test]
async fn versions_and_health_are_told() {
    on_sqlite(async |server| {
        let version = server.admin().get("/version").await.expect(200).json();
        assert_eq!(version["version"], "18.9.2");
        let metadata = server.admin().get("/metadata").await.expect(200).json();
        assert_eq!((&metadata["version"], &metadata["enterprise"]), (&json!("18.9.2"), &json!(false)));
        let _ = server.anonymous().get("/version").await.expect(401);
        for path in ["/-/health", "/-/readiness", "/-/liveness"] {
            let _ = server.anonymous().get(path).await.expect(200);
        }
    })
    .await;
}

#[tokio::test]
async fn administrators_make_change_and_remove_accounts() {
    for_both(async |server| {
        let admin = server.admin();
        let fields =
            json!({ "username": "Ana", "name": "Ana A", "email": "ana@example.com", "bio": "x", "password": "secret" });
        let made = admin.post("/users", fields).await.expect(201).json();
        assert_eq!((&made["username"], &made["bio"], &made["is_admin"]), (&json!("Ana"), &json!("x"), &json!(false)));
        for (field, value, why) in [
            ("username", "ANA", "Username has already been taken"),
            ("email", "ana@EXAMPLE.com", "Email has already been taken"),
        ] {
            let mut again = json!({ "username": "other", "name": "O", "email": "other@example.com" });
            again[field] = json!(value);
            admin.post("/users", again).await.is(409, &json!({ "message": why }));
        }
        admin
            .post("/users", json!({ "name": "x" }))
            .await
            .is(400, &json!({ "error": "email is missing, username is missing" }));
        let bad =
            admin.post("/users", json!({ "username": "a b", "name": "x", "email": "x@example.com" })).await.expect(400);
        assert!(bad.json()["message"]["username"][0].as_str().is_some_and(|why| why.contains("can contain only")));

        let path = format!("/users/{}", made["id"]);
        let changed = admin.put(&path, json!({ "username": "anna", "location": "here" })).await.expect(200).json();
        assert_eq!(
            (&changed["username"], &changed["bio"], &changed["location"]),
            (&json!("anna"), &json!("x"), &json!("here"))
        );
        assert_eq!(admin.get("/namespaces/anna").await.expect(200).json()["kind"], "user");
        let _ = admin.delete(&path).await.expect(204);
        admin.get(&path).await.is(404, &json!({ "message": "404 User Not Found" }));
    })
    .await;
}

#[tokio::test]
async fn others_see_less_and_change_nothing() {
    on_sqlite(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let _ = server.anonymous().get("/users").await.expect(401);
        let list = ana.get("/users?username=BEN").await.expect(200);
        assert_eq!(list.header("x-total"), Some("1"));
        let shown = &list.json()[0];
        assert!(shown["email"].is_null() && shown["name"] == "ben", "{shown}");
        let id = ben.get("/user").await.expect(200).json()["id"].clone();
        let full = ana.get(&format!("/users/{id}")).await.expect(200).json();
        for key in [
            "bio",
            "location",
            "public_email",
            "skype",
            "linkedin",
            "twitter",
            "website_url",
            "organization",
            "created_at",
        ] {
            assert!(full.get(key).is_some(), "{key} is missing: {full}");
        }
        assert!(full.get("email").is_none());
        let _ = ana.post("/users", json!({ "username": "x", "name": "x", "email": "x@example.com" })).await.expect(403);
        let _ = ana.put(&format!("/users/{id}"), json!({ "admin": true })).await.expect(403);
        let _ = ana.delete(&format!("/users/{id}")).await.expect(403);
        let _ = server.admin().delete("/users/1").await.expect(403);
        let _ = ana.get("/users/99999999999999999999").await.expect(404);
        let _ = ana.get("/users/x").await.expect(400);
    })
    .await;
}

#[tokio::test]
async fn a_user_with_projects_is_not_removed() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let id = ana.get("/user").await.expect(200).json()["id"].clone();
        let project = server.project(&ana, "app").await;
        let _ = server.admin().delete(&format!("/users/{id}")).await.expect(409);
        let _ = ana.get(&project.at("")).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_server_whose_root_was_removed_still_starts() {
    for_both(async |server| {
        let fields = json!({ "username": "boss", "name": "Boss", "email": "boss@example.com", "admin": true });
        let boss = server.token_of(server.make_user(fields).await, &["api"]).await;
        let _ = boss.delete("/users/1").await.expect(204);
        for _ in 0..2 {
            assert_eq!(server.engine.ensure_root(None).await.unwrap(), None);
        }
        let names = boss.get("/users").await.expect(200).json();
        assert_eq!((names.as_array().map(Vec::len), &names[0]["username"]), (Some(1), &json!("boss")));
        let told = server.engine.ensure_root(Some("glpat-somebody-elses")).await.unwrap_err();
        assert!(told.to_string().contains("root was removed"), "{told}");
    })
    .await;
}
