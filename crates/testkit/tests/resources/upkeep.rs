//! A repository as a whole, and how much there is on the instance.

use pipewright_testkit::{for_both, on_sqlite};
use serde_json::{Value, json};
use std::path::Path;

fn forbidden() -> Value {
    json!({ "message": "403 Forbidden" })
}

fn unauthorized() -> Value {
    json!({ "message": "401 Unauthorized" })
}

#[tokio::test]
async fn languages_are_told_to_those_who_may_read_code() {
    for_both(async |server| {
        let (ana, guest, stranger) = (server.user("ana").await, server.user("gus").await, server.user("str").await);
        let project = server.project(&ana, "app").await;
        let at = project.at("/languages");
        ana.get(&at).await.is(200, &json!({}));
        let _ = project.commit("main", "src/main.rs", &"x".repeat(200)).await;
        let _ = project.commit("main", "tool.py", &"x".repeat(100)).await;
        let _ = project.commit("main", "README.md", &"x".repeat(1000)).await;
        let _ = project.commit("other", "main.go", &"x".repeat(1000)).await;
        let shares = json!({ "Python": 33.33, "Rust": 66.67 });
        ana.get(&at).await.is(200, &shares);
        project.add(&guest, 10).await;
        guest.get(&at).await.is(200, &json!({}));
        stranger.get(&at).await.is(404, &json!({ "message": "404 Project Not Found" }));
        project.set(json!({ "visibility": "public" })).await;
        server.anonymous().get(&at).await.is(200, &shares);
        let head = server.anonymous().head(&at).await.expect(200);
        assert!(head.body.is_empty() && head.header("etag").is_some());
    })
    .await;
}

#[tokio::test]
async fn administrators_are_told_where_a_repository_is() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let at = project.at("/storage");
        server.anonymous().get(&at).await.is(401, &unauthorized());
        ana.get(&at).await.is(403, &forbidden());
        let shown = server.admin().get(&at).await.expect(200).json();
        let made = ana.get(&project.at("")).await.expect(200).json()["created_at"].clone();
        let expected = json!({
            "disk_path": project.id.to_string(), "project_id": project.id, "repository_storage": "default",
            "created_at": made,
        });
        assert_eq!(shown, expected);
        let _ = server.admin().get("/projects/999999/storage").await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn maintainers_have_a_repository_packed_anew() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let project = server.project(&ana, "app").await;
        for number in 0..3 {
            let _ = project.commit("main", "file", &number.to_string()).await;
        }
        let at = project.at("/housekeeping");
        server.anonymous().post(&at, json!({})).await.is(401, &unauthorized());
        let _ = ben.post(&at, json!({})).await.expect(404);
        project.add(&ben, 30).await;
        ben.post(&at, json!({})).await.is(403, &forbidden());
        let word = json!({ "error": "task does not have a valid value" });
        ana.post(&at, json!({ "task": "gc" })).await.is(400, &word);
        let repository = server.folder().join(format!("repositories/{}.git", project.id));
        assert!(packs(&repository) > 1, "each commit has left one");
        ana.post(&at, json!({ "task": "eager" })).await.is(201, &json!(null));
        server.until("one pack", async || (packs(&repository) == 1).then_some(())).await;
        // What it has is all still there, and it can be asked for again when it is done.
        let head = ana.get(&project.at("/repository/commits")).await.expect(200);
        assert_eq!(head.json().as_array().map(Vec::len), Some(3));
        let again = async || (ana.post(&at, json!({ "task": "prune" })).await.status == 201).then_some(());
        server.until("housekeeping to be done", again).await;
        let _ = project.commit("main", "file", "more").await;
    })
    .await;
}

/// Packs in a repository. Its snapshot would be cut off where one goes meanwhile.
fn packs(repository: &Path) -> usize {
    let entries = std::fs::read_dir(repository.join("objects/pack")).expect("a folder of packs");
    entries.flatten().filter(|entry| entry.path().extension().is_some_and(|end| end == "pack")).count()
}

#[tokio::test]
async fn administrators_are_told_how_much_there_is() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let at = "/application/statistics";
        server.anonymous().get(at).await.is(401, &unauthorized());
        ana.get(at).await.is(403, &forbidden());
        let admin = server.admin();
        let number = |shown: &Value, name: &str| -> i64 {
            shown[name].as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{name} of {shown}"))
        };
        let before = admin.get(at).await.expect(200).json();
        let project = server.project(&ana, "app").await;
        let _ = server.project(&ana, "other").await;
        let _ = ana.post("/groups", json!({ "name": "g", "path": "g" })).await.expect(201);
        let _ = ana.delete(&project.at("")).await.expect(202);
        let ben_id = ben.get("/user").await.expect(200).json()["id"].clone();
        let _ = admin.post(&format!("/users/{ben_id}/block"), json!({})).await.expect(201);
        let after = admin.get(at).await.expect(200).json();
        let more = |name: &str| number(&after, name) - number(&before, name);
        assert_eq!([more("projects"), more("groups"), more("users"), more("active_users")], [1, 1, 0, -1]);
        for name in ["forks", "issues", "merge_requests", "notes", "snippets", "ssh_keys", "milestones"] {
            assert_eq!(after[name], "0", "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn administrators_are_told_what_somebody_is_a_member_of() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let group = ana.post("/groups", json!({ "name": "Team", "path": "team" })).await.expect(201).json();
        let project = server.project_with(&ana, json!({ "name": "App" })).await;
        let ben_id = ben.get("/user").await.expect(200).json()["id"].clone();
        let fields = json!({ "user_id": ben_id, "access_level": 20 });
        let _ = ana.post("/groups/team/members", fields).await.expect(201);
        project.add(&ben, 30).await;
        let at = format!("/users/{ben_id}/memberships");
        server.anonymous().get(&at).await.is(401, &unauthorized());
        ben.get(&at).await.is(403, &forbidden());
        let of_group =
            json!({ "source_id": group["id"], "source_name": "Team", "source_type": "Namespace", "access_level": 20 });
        let of_project =
            json!({ "source_id": project.id, "source_name": "App", "source_type": "Project", "access_level": 30 });
        let admin = server.admin();
        let all = admin.get(&at).await;
        all.is(200, &json!([of_group, of_project]));
        assert_eq!(all.header("x-total"), Some("2"));
        admin.get(&format!("{at}?type=Project")).await.is(200, &json!([of_project]));
        admin.get(&format!("{at}?type=Namespace")).await.is(200, &json!([of_group]));
        admin.get(&format!("{at}?per_page=1&page=2")).await.is(200, &json!([of_project]));
        let word = json!({ "error": "type does not have a valid value" });
        admin.get(&format!("{at}?type=project")).await.is(400, &word);
        admin.get("/users/999999/memberships").await.is(404, &json!({ "message": "404 User Not Found" }));
        let _ = ana.delete(&project.at("")).await.expect(202);
        admin.get(&at).await.is(200, &json!([of_group]));
    })
    .await;
}
