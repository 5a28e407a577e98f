//! Protected branches and tags.

use pipewright_testkit::{for_both, on_sqlite};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn rules_are_made_shown_changed_and_lifted() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let path = project.at("/protected_branches");
        let fields = json!({ "name": "release/*", "push_access_level": 30, "allow_force_push": true });
        let made = ana.post(&path, fields).await.expect(201).json();
        assert_eq!(made["push_access_levels"][0]["access_level_description"], "Developers + Maintainers");
        assert_eq!(
            (&made["merge_access_levels"][0]["access_level"], &made["allow_force_push"]),
            (&json!(40), &json!(true))
        );
        let again = ana.post(&path, json!({ "name": "release/*" })).await;
        again.is(409, &json!({ "message": "Protected branch 'release/*' already exists" }));
        let one = format!("{path}/release%2F*");
        let request = ana.request(Method::PATCH, &one).json(&json!({ "allow_force_push": false }));
        assert_eq!(ana.send(request).await.expect(200).json()["allow_force_push"], false);
        assert_eq!(ana.get(&path).await.expect(200).header("x-total"), Some("1"));
        let _ = ana.delete(&one).await.expect(204);
        ana.get(&one).await.is(404, &json!({ "message": "404 Not found" }));
        let tags = project.at("/protected_tags");
        let made = ana.post(&tags, json!({ "name": "v*", "create_access_level": 0 })).await.expect(201).json();
        assert_eq!(made["create_access_levels"][0]["access_level_description"], "No one");
        let _ = ana.delete(&format!("{tags}/v*")).await.expect(204);
    })
    .await;
}

#[tokio::test]
async fn maintainers_make_rules_others_do_not() {
    on_sqlite(async |server| {
        let (ana, dev) = (server.user("ana").await, server.user("dev").await);
        let project = server.project(&ana, "app").await;
        project.add(&dev, 30).await;
        let path = project.at("/protected_branches");
        let _ = dev.post(&path, json!({ "name": "x" })).await.expect(403);
        let _ = dev.get(&path).await.expect(200);
        let _ = ana.post(&path, json!({ "name": "x", "push_access_level": 20 })).await.expect(400);
        let _ = ana.post(&path, json!({})).await.expect(400);
        let _ = server.anonymous().get(&path).await.expect(401);
    })
    .await;
}
