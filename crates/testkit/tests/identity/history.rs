//! What history tells by the API, and commits made once more elsewhere.

use pipewright_testkit::{Api, Project, for_both, on_sqlite};
use serde_json::{Value, json};

async fn sha(ana: &Api, project: &Project<'_>, branch: &str) -> String {
    let commits = ana.get(&project.at(&format!("/repository/commits?ref_name={branch}"))).await.expect(200);
    commits.json()[0]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_commits_changes_are_told_file_by_file() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let commits = project.at("/repository/commits");
        let commit = |actions: Value| json!({ "branch": "main", "commit_message": "m", "actions": actions });
        let long = "one\ntwo\nthree\nfour\nfive\n";
        let first = json!([{ "action": "create", "file_path": "a.txt", "content": long },
                           { "action": "create", "file_path": "gone.txt", "content": "x\n" },
                           { "action": "create", "file_path": "binary", "content": "AAEC", "encoding": "base64" }]);
        let first = ana.post(&commits, commit(first)).await.expect(201).json();
        let second = json!([{ "action": "move", "file_path": "b c.txt", "previous_path": "a.txt",
                              "content": format!("{long}six\n") },
                            { "action": "delete", "file_path": "gone.txt" },
                            { "action": "chmod", "file_path": "binary", "execute_filemode": true }]);
        let second = ana.post(&commits, commit(second)).await.expect(201).json();
        let diff = async |commit: &Value, query: &str| {
            let id = commit["id"].as_str().expect("an id");
            ana.get(&project.at(&format!("/repository/commits/{id}/diff{query}"))).await.expect(200)
        };
        let of_first = diff(&first, "").await.json();
        assert_eq!(of_first.as_array().map(Vec::len), Some(3));
        assert_eq!((&of_first[2]["new_path"], &of_first[2]["new_file"]), (&json!("gone.txt"), &json!(true)));
        assert_eq!((&of_first[2]["diff"], &of_first[2]["a_mode"]), (&json!("@@ -0,0 +1 @@\n+x\n"), &json!("0")));
        assert_eq!(of_first[1]["diff"], "Binary files /dev/null and b/binary differ\n");
        let of_second = diff(&second, "").await.json();
        assert_eq!((&of_second[0]["old_path"], &of_second[0]["new_path"]), (&json!("a.txt"), &json!("b c.txt")));
        assert_eq!(of_second[0]["renamed_file"], true);
        assert_eq!(of_second[0]["diff"], "@@ -3,3 +3,4 @@ two\n three\n four\n five\n+six\n");
        assert_eq!((&of_second[1]["diff"], &of_second[1]["b_mode"]), (&json!(""), &json!("100755")));
        assert_eq!(of_second[2]["deleted_file"], true);
        let page = diff(&second, "?per_page=1&page=3").await;
        assert_eq!((&page.json()[0]["old_path"], page.header("x-total")), (&json!("gone.txt"), Some("3")));
        ana.get(&project.at("/repository/commits/none/diff"))
            .await
            .is(404, &json!({ "message": "404 Commit Not Found" }));
    })
    .await;
}

#[tokio::test]
async fn refs_merge_base_blame_and_blobs() {
    for_both(async |server| {
        let (ana, bob) = (server.user("ana").await, server.user("bob").await);
        let project = server.project(&ana, "app").await;
        project.commit("main", "a.txt", "one\n").await;
        let base = sha(&ana, &project, "main").await;
        let branch = json!({ "branch": "side", "start_branch": "main", "commit_message": "m",
            "actions": [{ "action": "update", "file_path": "a.txt", "content": "one\ntwo\n" }] });
        let side = ana.post(&project.at("/repository/commits"), branch).await.expect(201).json();
        let _ = ana.post(&project.at("/repository/tags?tag_name=v1&ref=main"), json!({})).await.expect(201);
        let refs = |query: &str| project.at(&format!("/repository/commits/{base}/refs{query}"));
        let (main, with, tag) = (
            json!({ "type": "branch", "name": "main" }),
            json!({ "type": "branch", "name": "side" }),
            json!({ "type": "tag", "name": "v1" }),
        );
        ana.get(&refs("")).await.is(200, &json!([main, with, tag]));
        ana.get(&refs("?type=tag")).await.is(200, &json!([tag]));
        let _ = ana.get(&refs("?type=x")).await.expect(400);
        let shared = ana.get(&project.at("/repository/merge_base?refs[]=main&refs[]=side")).await.expect(200).json();
        assert_eq!(shared["id"], json!(base));
        let few = json!({ "message": "Provide at least 2 refs" });
        ana.get(&project.at("/repository/merge_base?refs[]=main")).await.is(400, &few);
        let unknown = json!({ "message": "Could not find ref: none" });
        ana.get(&project.at("/repository/merge_base?refs[]=main&refs[]=none")).await.is(400, &unknown);
        let blame = ana.get(&project.at("/repository/files/a.txt/blame?ref=side")).await.expect(200).json();
        assert_eq!((&blame[0]["commit"]["id"], &blame[0]["lines"]), (&json!(base), &json!(["one"])));
        assert_eq!((&blame[1]["commit"]["id"], &blame[1]["lines"]), (&side["id"], &json!(["two"])));
        let tree = ana.get(&project.at("/repository/tree")).await.expect(200).json();
        let blob = project.at(&format!("/repository/blobs/{}", tree[0]["id"].as_str().expect("an id")));
        assert_eq!(ana.get(&blob).await.expect(200).json()["content"], "b25lCg==");
        assert_eq!(ana.get(&format!("{blob}/raw")).await.expect(200).text(), "one\n");
        let no_blob = project.at(&format!("/repository/blobs/{base}/raw"));
        ana.get(&no_blob).await.is(404, &json!({ "message": "404 Blob Not Found" }));
        // All of it is behind the right to read code.
        let _ = bob.get(&blob).await.expect(404);
        let _ = bob.get(&refs("")).await.expect(404);
        // Commits of every branch, where they are asked for.
        let count = async |query: &str| {
            let list = ana.get(&project.at(&format!("/repository/commits{query}"))).await.expect(200);
            list.json().as_array().map(Vec::len)
        };
        assert_eq!((count("").await, count("?all=true").await), (Some(1), Some(2)));
        // The whole repository, for administrators alone.
        let _ = ana.get(&project.at("/snapshot")).await.expect(403);
        let snapshot = server.admin().get(&project.at("/snapshot")).await.expect(200);
        assert!(snapshot.body.windows(4).any(|four| four == b"HEAD"));
    })
    .await;
}

#[tokio::test]
async fn commits_are_picked_and_reverted_and_refused_where_they_do_not_apply() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        project.commit("main", "a.txt", "one\n").await;
        let _ = ana.post(&project.at("/repository/branches?branch=side&ref=main"), json!({})).await.expect(201);
        project.commit("main", "b.txt", "two\n").await;
        let picked = sha(&ana, &project, "main").await;
        let pick = project.at(&format!("/repository/commits/{picked}/cherry_pick"));
        let onto = |branch: &str| json!({ "branch": branch });
        let tried = json!({ "branch": "side", "dry_run": true });
        ana.post(&pick, tried).await.is(200, &json!({ "dry_run": "success" }));
        let tip = sha(&ana, &project, "side").await;
        let made = ana.post(&pick, onto("side")).await.expect(201).json();
        assert_eq!(made["parent_ids"], json!([tip]));
        let ending = format!("\n\n(cherry picked from commit {picked})");
        assert!(made["message"].as_str().is_some_and(|message| message.ends_with(&ending)), "{made}");
        let file = project.at("/repository/files/b.txt/raw?ref=side");
        assert_eq!(ana.get(&file).await.expect(200).text(), "two\n");
        let again = ana.post(&pick, onto("side")).await.expect(400).json();
        assert!(again["message"].as_str().is_some_and(|text| text.starts_with("Sorry, we cannot cherry-pick")));
        ana.post(&pick, onto("none")).await.is(404, &json!({ "message": "404 Branch Not Found" }));
        let revert = project.at(&format!("/repository/commits/{picked}/revert"));
        let reverted = ana.post(&revert, onto("main")).await.expect(201).json();
        assert_eq!(
            reverted["message"],
            json!(format!("Revert \"{}\"\n\nThis reverts commit {picked}", reverted_title(&made)))
        );
        let _ = ana.get(&project.at("/repository/files/b.txt?ref=main")).await.expect(404);
        let again = ana.post(&revert, onto("main")).await.expect(400).json();
        assert!(again["message"].as_str().is_some_and(|text| text.starts_with("Sorry, we cannot revert")));
        // A guest may not.
        let bob = server.user("bob").await;
        let _ = bob.post(&revert, onto("main")).await.expect(404);
    })
    .await;
}

fn reverted_title(picked: &Value) -> &str {
    picked["title"].as_str().expect("a title")
}

#[tokio::test]
async fn an_empty_repository_gets_its_default_branch_before_another() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let made = ana.post(&project.at("/repository/branches?branch=side&ref=main"), json!({})).await.expect(201);
        assert_eq!(made.json()["commit"]["message"], "Add README.md");
        let shown = ana.get(&project.at("")).await.expect(200).json();
        assert_eq!(shown["default_branch"], "main");
        let main = ana.get(&project.at("/repository/branches/main")).await.expect(200).json();
        assert_eq!(main["commit"]["id"], made.json()["commit"]["id"]);
    })
    .await;
}
