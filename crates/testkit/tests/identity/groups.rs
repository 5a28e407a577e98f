//! Groups, nested groups, namespaces.

use pipewright_testkit::{for_both, on_sqlite};
use serde_json::json;

#[tokio::test]
async fn groups_nest_and_hand_their_members_down() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let top = ana.post("/groups", json!({ "name": "Top", "path": "top" })).await.expect(201).json();
        assert_eq!((&top["visibility"], &top["full_path"]), (&json!("private"), &json!("top")));
        let sub = ana
            .post("/groups", json!({ "name": "Sub", "path": "sub", "parent_id": top["id"] }))
            .await
            .expect(201)
            .json();
        assert_eq!((&sub["full_path"], &sub["full_name"]), (&json!("top/sub"), &json!("Top / Sub")));
        let project = server.project_with(&ana, json!({ "name": "app", "namespace_id": sub["id"] })).await;
        let shown = ana.get("/projects/top%2Fsub%2FAPP").await.expect(200).json();
        assert_eq!(shown["name_with_namespace"], "Top / Sub / app");
        assert_eq!(shown["permissions"]["group_access"]["access_level"], 50);

        ben.get(&project.at("")).await.is(404, &json!({ "message": "404 Project Not Found" }));
        ben.get("/groups/top").await.is(404, &json!({ "message": "404 Group Not Found" }));
        let id = ben.get("/user").await.expect(200).json()["id"].clone();
        let _ = ana.post("/groups/top/members", json!({ "user_id": id, "access_level": 20 })).await.expect(201);
        let _ = ben.get(&project.at("")).await.expect(200);
        let _ = ben.put(&project.at(""), json!({ "name": "x" })).await.expect(403);
        assert_eq!(ben.get("/groups/top/projects").await.expect(200).ids(), [0_i64; 0]);
        assert_eq!(ben.get("/groups/top/projects?include_subgroups=true").await.expect(200).ids(), [project.id]);
        assert_eq!(ben.get("/groups/top/subgroups").await.expect(200).ids(), [sub["id"].as_i64().unwrap()]);
        let mine = ben.get("/namespaces").await.expect(200).json();
        let paths: Vec<_> =
            mine.as_array().unwrap().iter().map(|namespace| namespace["full_path"].as_str().unwrap()).collect();
        assert_eq!(paths, ["ben", "top", "top/sub"]);
    })
    .await;
}

#[tokio::test]
async fn a_group_is_renamed_with_all_below_and_deleted_with_its_projects() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let top = ana.post("/groups", json!({ "name": "Top", "path": "top" })).await.expect(201).json();
        let sub = ana
            .post("/groups", json!({ "name": "Sub", "path": "sub", "parent_id": top["id"] }))
            .await
            .expect(201)
            .json();
        let project = server.project_with(&ana, json!({ "name": "app", "namespace_id": sub["id"] })).await;
        let renamed = ana.put("/groups/top", json!({ "path": "new", "description": "why" })).await.expect(200).json();
        assert_eq!((&renamed["full_path"], &renamed["description"]), (&json!("new"), &json!("why")));
        assert_eq!(ana.get(&project.at("")).await.expect(200).json()["path_with_namespace"], "new/sub/app");
        let _ = ana.delete("/groups/new").await.expect(202);
        let _ = ana.get("/groups/new").await.expect(404);
        let _ = ana.get("/groups/new%2Fsub").await.expect(404);
        let _ = ana.get(&project.at("")).await.expect(404);
        let _ = ana.post("/groups", json!({ "name": "New", "path": "new" })).await.expect(201);
    })
    .await;
}

#[tokio::test]
async fn addresses_are_taken_once_and_visibility_does_not_grow_downwards() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let top = ana
            .post("/groups", json!({ "name": "Top", "path": "top", "visibility": "internal" }))
            .await
            .expect(201)
            .json();
        for path in ["TOP", "ana", "api", "a b"] {
            let reply = ana.post("/groups", json!({ "name": "x", "path": path })).await;
            assert_eq!(reply.status, 400, "{reply:?}");
        }
        let wide = json!({ "name": "x", "path": "x", "parent_id": top["id"], "visibility": "public" });
        let _ = ana.post("/groups", wide).await.expect(400);
        let project = json!({ "name": "x", "namespace_id": top["id"], "visibility": "public" });
        let _ = ana.post("/projects", project).await.expect(400);
        let made = ana.post("/projects", json!({ "name": "y", "namespace_id": top["id"] })).await.expect(201).json();
        assert_eq!(made["visibility"], "internal", "what its group has");
        let hidden = server.admin().put("/groups/top", json!({ "visibility": "private" })).await.expect(400);
        assert!(hidden.text().contains("contains projects with higher visibility"), "{}", hidden.text());
        let long = json!({ "description": "x".repeat(2001) });
        let _ = server.admin().put("/groups/top", long).await.expect(400);
        let stranger = server.user("stranger").await;
        let _ = stranger.post("/projects", json!({ "name": "z", "namespace_id": top["id"] })).await.expect(400);
        let _ = stranger.put("/groups/top", json!({ "name": "z" })).await.expect(403);
        let _ = stranger.delete("/groups/top").await.expect(403);
        let below = json!({ "name": "x", "path": "x", "parent_id": top["id"] });
        let _ = stranger.post("/groups", below).await.expect(403);
        assert_eq!(
            ana.get("/namespaces/top/exists").await.expect(200).json(),
            json!({ "exists": true, "suggests": ["top1"] })
        );
        assert_eq!(ana.get("/namespaces/free/exists").await.expect(200).json()["exists"], false);
    })
    .await;
}
