//! Files, commits, folders and archives by the API.

use pipewright_testkit::{for_both, on_sqlite};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_file_is_made_read_changed_and_deleted() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let path = project.at("/repository/files/src%2Fa%20b.txt");
        let fields = |content: &str| json!({ "branch": "main", "content": content, "commit_message": "m" });
        ana.post(&path, fields("one\n")).await.is(201, &json!({ "file_path": "src/a b.txt", "branch": "main" }));
        let again = json!({ "message": "A file with this name already exists" });
        ana.post(&path, fields("one\n")).await.is(400, &again);
        let shown = ana.get(&format!("{path}?ref=main")).await.expect(200);
        assert_eq!(shown.header("x-gitlab-file-name"), Some("a b.txt"));
        let shown = shown.json();
        assert_eq!(
            (&shown["content"], &shown["encoding"], &shown["size"]),
            (&json!("b25lCg=="), &json!("base64"), &json!(4))
        );
        assert_eq!((&shown["last_commit_id"], &shown["commit_id"]), (&shown["commit_id"], &shown["last_commit_id"]));
        let stale =
            json!({ "branch": "main", "content": "x", "commit_message": "m", "last_commit_id": "0".repeat(40) });
        let _ = ana.put(&path, stale).await.expect(400);
        let encoded = json!({ "branch": "main", "content": "dHdvCg==", "encoding": "base64", "commit_message": "m" });
        let _ = ana.put(&path, encoded).await.expect(200);
        let raw = ana.get(&format!("{path}/raw")).await.expect(200);
        assert_eq!((raw.text().as_str(), raw.header("content-type")), ("two\n", Some("text/plain; charset=utf-8")));
        let head = ana.head(&format!("{path}/raw?ref=main")).await.expect(200);
        assert_eq!((head.header("content-length"), head.header("x-gitlab-size")), (Some("4"), Some("4")));
        let delete = ana.request(Method::DELETE, &path).json(&json!({ "branch": "main", "commit_message": "m" }));
        let _ = ana.send(delete).await.expect(204);
        ana.get(&format!("{path}?ref=main")).await.is(404, &json!({ "message": "404 File Not Found" }));
        ana.get(&format!("{path}?ref=none")).await.is(404, &json!({ "message": "404 Commit Not Found" }));
        ana.get(&path).await.is(400, &json!({ "error": "ref is missing" }));
        ana.put(&path, fields("x")).await.is(400, &json!({ "message": "A file with this name doesn't exist" }));
    })
    .await;
}

#[tokio::test]
async fn paths_that_leave_the_repository_are_refused() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        project.commit("main", "a.txt", "one").await;
        for path in ["..%2Fx", ".git%2Fconfig", "%2Fetc%2Fpasswd", "a%2F..%2Fb", "a%00b"] {
            let at = project.at(&format!("/repository/files/{path}"));
            let reply = ana.post(&at, json!({ "branch": "main", "content": "x", "commit_message": "m" })).await;
            assert_eq!(reply.status, 400, "{reply:?}");
            let reply = ana.get(&format!("{at}?ref=main")).await;
            assert!(matches!(reply.status, 400 | 404), "{reply:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_commit_of_several_actions_is_whole_or_not_at_all() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let commits = project.at("/repository/commits");
        let commit = |actions: Value| {
            json!({ "branch": "main", "commit_message": "Title\n\nBody", "actions": actions,
            "author_name": "Someone", "author_email": "someone@example.com" })
        };
        let made = ana
            .post(
                &commits,
                commit(json!([
                    { "action": "create", "file_path": "a.txt", "content": "one" },
                    { "action": "create", "file_path": "run.sh", "content": "#!/bin/sh", "execute_filemode": true },
                ])),
            )
            .await
            .expect(201)
            .json();
        assert_eq!((&made["title"], &made["message"]), (&json!("Title"), &json!("Title\n\nBody")));
        assert_eq!((&made["author_name"], &made["committer_name"]), (&json!("Someone"), &json!("ana")));
        assert_eq!((&made["parent_ids"], &made["project_id"]), (&json!([]), &json!(project.id)));
        let broken = commit(json!([
            { "action": "update", "file_path": "a.txt", "content": "two" },
            { "action": "delete", "file_path": "missing.txt" },
        ]));
        let _ = ana.post(&commits, broken).await.expect(400);
        assert_eq!(ana.get(&commits).await.expect(200).json().as_array().map(Vec::len), Some(1));
        let _ = ana
            .post(&commits, commit(json!([{ "action": "move", "previous_path": "a.txt", "file_path": "b/a.txt" }])))
            .await
            .expect(201);
        let tree = ana.get(&project.at("/repository/tree?recursive=true")).await.expect(200).json();
        let names: Vec<_> = tree
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| (entry["path"].as_str().unwrap(), entry["mode"].as_str().unwrap()))
            .collect();
        assert_eq!(names, [("b", "040000"), ("b/a.txt", "100644"), ("run.sh", "100755")]);
        for actions in [
            json!([{ "file_path": "x" }]),
            json!([{ "action": "fly", "file_path": "x" }]),
            json!([{ "action": "create" }]),
            json!("x"),
        ] {
            assert!(ana.post(&commits, commit(actions)).await.expect(400).json()["error"].is_string());
        }
        let branch = json!({ "branch": "new", "start_branch": "main", "commit_message": "m", "actions": [
            { "action": "create", "file_path": "c.txt", "content": "c" }] });
        let _ = ana.post(&commits, branch).await.expect(201);
        let lost = json!({ "branch": "nowhere", "commit_message": "m", "actions": [] });
        let _ = ana.post(&commits, lost).await.expect(400);
    })
    .await;
}

#[tokio::test]
async fn history_is_paged_without_counting() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let mut ids = Vec::new();
        for number in 0..5 {
            ids.push(project.commit("main", "a.txt", &number.to_string()).await);
        }
        let page = ana.get(&project.at("/repository/commits?per_page=2&page=2&path=a.txt")).await.expect(200);
        let found: Vec<_> =
            page.json().as_array().unwrap().iter().map(|commit| commit["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(found, [ids[2].clone(), ids[1].clone()]);
        assert_eq!((page.header("x-next-page"), page.header("x-total")), (Some("3"), None));
        let one = ana.get(&project.at(&format!("/repository/commits/{}", &ids[0][..8]))).await.expect(200).json();
        assert_eq!(one["id"], ids[0]);
        ana.get(&project.at("/repository/commits/nothing"))
            .await
            .is(404, &json!({ "message": "404 Commit Not Found" }));
        let empty = server.project(&ana, "empty").await;
        assert_eq!(ana.get(&empty.at("/repository/commits")).await.expect(200).json(), json!([]));
        let _ = ana.get(&empty.at("/repository/tree")).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn archives_come_in_several_formats() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        project.commit("main", "a.txt", "one").await;
        for (ending, magic) in [("", &[0x1f, 0x8b][..]), (".zip", b"PK"), (".tar.gz", &[0x1f, 0x8b])] {
            let found = ana.get(&project.at(&format!("/repository/archive{ending}"))).await.expect(200);
            assert!(found.body.starts_with(magic), "{ending}");
            assert!(found.header("content-disposition").is_some_and(|value| value.contains("app-main-")));
        }
        let _ = ana.get(&project.at("/repository/archive.rar")).await.expect(404);
        let _ = ana.get(&project.at("/repository/archive?sha=none")).await.expect(404);
        let _ = ana.get(&project.at("/repository/archive?path=no/such/folder")).await.expect(404);
        let _ = ana.get(&project.at("/repository/archive?path=../etc")).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn developers_commit_where_no_rule_says_more() {
    on_sqlite(async |server| {
        let (ana, dev) = (server.user("ana").await, server.user("dev").await);
        let project = server.project(&ana, "app").await;
        project.commit("main", "a.txt", "one").await;
        project.add(&dev, 30).await;
        let path = project.at("/repository/files/b.txt");
        let fields =
            |branch: &str| json!({ "branch": branch, "start_branch": "main", "content": "x", "commit_message": "m" });
        let refused = json!({ "message": "You are not allowed to push into this branch" });
        dev.post(&path, fields("main")).await.is(400, &refused);
        let _ = dev.post(&path, fields("work")).await.expect(201);
        let commit = json!({ "branch": "main", "commit_message": "m", "actions": [] });
        let _ = dev.post(&project.at("/repository/commits"), commit).await.expect(403);
    })
    .await;
}
