//! Projects and groups that move, and the addresses they had.

use crate::repo::{Tree, url};
use pipewright_testkit::{Api, Reply, for_both};
use reqwest::Method;
use serde_json::{Value, json};

async fn group(owner: &Api, fields: Value) -> Value {
    owner.post("/groups", fields).await.expect(201).json()
}

/// Status, where it leads, and the body.
async fn asked(api: &Api, path: &str) -> (u16, String, String) {
    let reply = api.get(path).await;
    (reply.status, reply.header("location").unwrap_or_default().to_owned(), reply.text())
}

fn moved(reply: &Reply) {
    reply.is(405, &json!({ "message": "Non GET methods are not allowed for moved projects" }));
}

#[tokio::test]
async fn a_moved_project_is_found_at_its_old_address_until_somebody_takes_it() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let project = server.project(&ana, "app").await;
        let _ = ana.put(&project.at(""), json!({ "path": "other" })).await.expect(200);
        let (status, to, text) = asked(&ana, "/projects/ana%2FAPP/jobs?scope[]=failed&page=2").await;
        let expected = format!("{}/api/v4/projects/{}/jobs?scope[]=failed&page=2", server.url, project.id);
        assert_eq!((status, to.as_str()), (301, expected.as_str()));
        assert_eq!(text, format!("This resource has been moved permanently to {expected}"));
        let (status, to, _) = asked(&ana, "/projects/ana%2Fapp").await;
        assert_eq!((status, to), (301, format!("{}/api/v4/projects/{}", server.url, project.id)));
        moved(&ana.put("/projects/ana%2Fapp", json!({ "description": "x" })).await);
        moved(&ana.delete("/projects/ana%2Fapp").await);
        let _ = ana.head("/projects/ana%2Fapp").await.expect(405);

        // Nobody hears of it who could not see it.
        let hidden = json!({ "message": "404 Project Not Found" });
        ben.get("/projects/ana%2Fapp").await.is(404, &hidden);
        ben.delete("/projects/ana%2Fapp").await.is(404, &hidden);

        let taker = server.project(&ana, "app").await;
        assert_eq!(ana.get("/projects/ana%2Fapp").await.expect(200).json()["id"], taker.id);
        let _ = ana.delete(&taker.at("")).await.expect(202);
        ana.get("/projects/ana%2Fapp").await.is(404, &hidden);
        // Back at an address of its own it needs no redirect to itself.
        let _ = ana.put(&project.at(""), json!({ "path": "app" })).await.expect(200);
        assert_eq!(asked(&ana, "/projects/ana%2Fapp").await.0, 200);
        assert_eq!(asked(&ana, "/projects/ana%2Fother").await.0, 301);
    })
    .await;
}

#[tokio::test]
async fn a_project_goes_to_a_group_and_is_shown_to_no_more_people() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let project = server.project_with(&ana, json!({ "name": "app", "visibility": "public" })).await;
        let team = group(&ana, json!({ "name": "Team", "path": "team" })).await;
        let foreign = group(&ben, json!({ "name": "Ben", "path": "bens", "visibility": "public" })).await;
        let at = project.at("/transfer");
        ana.put(&at, json!({})).await.is(400, &json!({ "error": "namespace is missing" }));
        let missing = json!({ "message": "404 Namespace Not Found" });
        ana.put(&at, json!({ "namespace": "nowhere" })).await.is(404, &missing);
        ana.put(&at, json!({ "namespace": foreign["id"] })).await.is(404, &missing);
        let failed =
            |why: &str| json!({ "message": format!("Failed to transfer project {{:new_namespace=>[\"{why}\"]}}") });
        let here = failed("Project is already in this namespace.");
        ana.put(&at, json!({ "namespace": "ana" })).await.is(400, &here);
        let id = ana.get("/user").await.json()["id"].clone();
        let role = json!({ "user_id": id, "access_level": 30 });
        let _ = ben.post("/groups/bens/members", role).await.expect(201);
        let weak = failed("You don't have permission to transfer projects into that namespace.");
        ana.put(&at, json!({ "namespace": "bens" })).await.is(400, &weak);
        let twin = server.project_with(&ana, json!({ "name": "app", "namespace_id": team["id"] })).await;
        let taken = failed("Project with same name or path in target namespace already exists");
        ana.put(&at, json!({ "namespace": team["id"] })).await.is(400, &taken);
        let _ = ana.put(&twin.at(""), json!({ "path": "twin" })).await.expect(200);
        ben.put(&at, json!({ "namespace": "ben" })).await.is(403, &json!({ "message": "403 Forbidden" }));

        let gone = ana.put(&at, json!({ "namespace": "team" })).await.expect(200).json();
        assert_eq!(
            (&gone["path_with_namespace"], &gone["visibility"]),
            (&json!("team/app"), &json!("private")),
            "the group's visibility is the most"
        );
        assert_eq!(asked(&ana, "/projects/ana%2Fapp").await.0, 301);
        assert_eq!(ana.get("/groups/team/projects").await.expect(200).ids(), [twin.id, project.id]);
        let _ = ben.get(&project.at("")).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_group_goes_below_another_and_back_to_the_top() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let open = json!({ "name": "Open", "path": "open", "visibility": "public" });
        let (open, top) = (group(&ana, open).await, group(&ana, json!({ "name": "Top", "path": "top" })).await);
        let inner = json!({ "name": "In", "path": "in", "visibility": "public", "parent_id": open["id"] });
        let inner = group(&ana, inner).await;
        let public = json!({ "name": "app", "namespace_id": inner["id"], "visibility": "public" });
        let project = server.project_with(&ana, public).await;
        let failed = |why: &str| json!({ "message": format!("Transfer failed: {why}") });
        let at = format!("/groups/{}/transfer", open["id"]);
        ana.post(&at, json!({})).await.is(400, &failed("Group is already a root group."));
        let own = json!({ "group_id": inner["id"] });
        ana.post(&at, own).await.is(400, &failed("Cannot transfer group to one of its subgroup."));
        ana.post(&at, json!({ "group_id": 4711 })).await.is(404, &json!({ "message": "404 Group Not Found" }));

        let gone = ana.post(&at, json!({ "group_id": top["id"] })).await.expect(201).json();
        assert_eq!((&gone["full_path"], &gone["parent_id"]), (&json!("top/open"), &top["id"]));
        assert_eq!(gone["visibility"], "private");
        let shown = ana.get(&project.at("")).await.expect(200).json();
        assert_eq!(
            (&shown["path_with_namespace"], &shown["visibility"]),
            (&json!("top/open/in/app"), &json!("private"))
        );
        assert_eq!(ana.get("/groups/top%2Fopen%2Fin").await.expect(200).json()["visibility"], "private");
        assert_eq!(asked(&ana, "/projects/open%2Fin%2Fapp").await.0, 301);
        let here = failed("Group is already associated to the parent group.");
        ana.post(&at, json!({ "group_id": top["id"] })).await.is(400, &here);

        let inner_at = format!("/groups/{}/transfer", inner["id"]);
        assert_eq!(ana.post(&inner_at, json!({})).await.expect(201).json()["full_path"], "in");
        let paths = ["open%2Fin%2Fapp", "top%2Fopen%2Fin%2Fapp"];
        for path in paths {
            let (status, to, _) = asked(&ana, &format!("/projects/{path}")).await;
            assert_eq!((status, to), (301, format!("{}/api/v4/projects/{}", server.url, project.id)), "{path}");
        }
        // A new group at an old address frees all addresses below.
        group(&ana, json!({ "name": "Open", "path": "open" })).await;
        let _ = ana.get("/projects/open%2Fin%2Fapp").await.expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn git_goes_on_at_an_old_address() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let address = url(&server.url, "ana", ana.token(), &project.path);
        let tree = Tree::new().await;
        let _ = tree.commit("a.txt", b"one").await;
        tree.git(["push", &address, "main"]).await.good();
        let _ = ana.put(&project.at(""), json!({ "path": "other" })).await.expect(200);
        let second = tree.commit("a.txt", b"two").await;
        tree.git(["push", &address, "main"]).await.good();
        let branch = ana.get(&project.at("/repository/branches/main")).await.expect(200).json();
        assert_eq!(branch["commit"]["id"], json!(second));
        tree.git(["fetch", &address, "main"]).await.good();
        let stranger = url(&server.url, "ben", server.user("ben").await.token(), &project.path);
        tree.git(["fetch", &stranger, "main"]).await.refused("not found");
    })
    .await;
}

#[tokio::test]
async fn external_users_make_projects_in_their_groups_only() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let fields = json!({ "username": "ext", "name": "Ext", "email": "ext@example.com", "external": true });
        let id = server.make_user(fields).await;
        let ext = server.token_of(id, &["api"]).await;
        let internal = server.project_with(&ana, json!({ "name": "shared", "visibility": "internal" })).await;
        let _ = ext.get(&internal.at("")).await.expect(404);
        let why = "403 Forbidden - You cannot create projects in your personal namespace.";
        ext.post("/projects", json!({ "name": "own" })).await.is(403, &json!({ "message": why }));
        let _ = ext.post("/groups", json!({ "name": "G", "path": "g" })).await.expect(403);
        let team = group(&ana, json!({ "name": "Team", "path": "team" })).await;
        let _ = ana.post("/groups/team/members", json!({ "user_id": id, "access_level": 40 })).await.expect(201);
        let inside = json!({ "name": "app", "namespace_id": team["id"] });
        let project = ext.post("/projects", inside).await.expect(201).json();
        let _ = ext.post("/groups", json!({ "name": "Sub", "path": "sub", "parent_id": team["id"] })).await.expect(201);
        let home = format!("/projects/{}/transfer", project["id"]);
        let _ = ext.put(&home, json!({ "namespace": "ext" })).await.expect(403);
        internal.add(&ext, 10).await;
        let _ = ext.get(&internal.at("")).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn deleted_projects_leave_no_redirects() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let _ = ana.put(&project.at(""), json!({ "path": "other" })).await.expect(200);
        let _ = ana.send(ana.request(Method::DELETE, &project.at(""))).await.expect(202);
        let _ = ana.get("/projects/ana%2Fapp").await.expect(404);
    })
    .await;
}
