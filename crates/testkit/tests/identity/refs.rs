//! Branches and tags by the API.

use pipewright_testkit::{for_both, on_sqlite};
use serde_json::json;

#[tokio::test]
async fn branches_are_made_found_and_removed() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let sha = project.commit("main", "a.txt", "one").await;
        let path = project.at("/repository/branches");
        let made = ana.post(&path, json!({ "branch": "feature/x", "ref": "main" })).await.expect(201).json();
        assert_eq!(
            (&made["name"], &made["commit"]["id"], &made["can_push"]),
            (&json!("feature/x"), &json!(sha), &json!(true))
        );
        for (fields, why) in [
            (json!({ "branch": "feature/x", "ref": "main" }), "Branch already exists"),
            (json!({ "branch": "a b", "ref": "main" }), "Branch name is invalid"),
            (json!({ "branch": "y", "ref": "nowhere" }), "Invalid reference name: nowhere"),
        ] {
            ana.post(&path, fields).await.is(400, &json!({ "message": why }));
        }
        let one = format!("{path}/feature%2Fx");
        assert_eq!(ana.get(&one).await.expect(200).json()["merged"], true, "all of it is in main");
        let list = ana.get(&format!("{path}?search=^feat")).await.expect(200);
        assert_eq!((list.header("x-total"), &list.json()[0]["name"]), (Some("1"), &json!("feature/x")));
        let _ = ana.delete(&one).await.expect(204);
        ana.delete(&one).await.is(404, &json!({ "message": "404 Branch Not Found" }));
        let _ = ana.delete(&format!("{path}/main")).await.expect(405);
    })
    .await;
}

#[tokio::test]
async fn tags_are_made_found_and_removed() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let sha = project.commit("main", "a.txt", "one").await;
        let path = project.at("/repository/tags");
        let light = ana.post(&path, json!({ "tag_name": "light", "ref": sha })).await.expect(201).json();
        assert_eq!((&light["target"], &light["message"]), (&json!(sha), &json!("")));
        let full =
            ana.post(&path, json!({ "tag_name": "v1", "ref": "main", "message": "first" })).await.expect(201).json();
        assert_eq!((&full["commit"]["id"], &full["message"]), (&json!(sha), &json!("first")));
        assert_ne!(full["target"], json!(sha));
        ana.post(&path, json!({ "tag_name": "v1", "ref": "main" }))
            .await
            .is(400, &json!({ "message": "Tag v1 already exists" }));
        ana.post(&path, json!({ "tag_name": "v2", "ref": "x" }))
            .await
            .is(400, &json!({ "message": "Target x is invalid" }));
        let _ = ana.delete(&format!("{path}/v1")).await.expect(204);
        ana.get(&format!("{path}/v1")).await.is(404, &json!({ "message": "404 Tag Not Found" }));
        let found = server.until("a look at both tags", async || Some(ana.get(&path).await.expect(200).json())).await;
        assert_eq!(found.as_array().map(Vec::len), Some(1));
    })
    .await;
}

#[tokio::test]
async fn reporters_read_and_do_not_write() {
    on_sqlite(async |server| {
        let (ana, rep, guest) = (server.user("ana").await, server.user("rep").await, server.user("guest").await);
        let project = server.project(&ana, "app").await;
        project.commit("main", "a.txt", "one").await;
        project.add(&rep, 20).await;
        project.add(&guest, 10).await;
        let path = project.at("/repository/branches");
        assert_eq!(rep.get(&path).await.expect(200).json()[0]["can_push"], false);
        let _ = rep.post(&path, json!({ "branch": "x", "ref": "main" })).await.expect(403);
        let _ = guest.get(&path).await.expect(403);
        let _ = server.anonymous().get(&path).await.expect(404);
    })
    .await;
}
