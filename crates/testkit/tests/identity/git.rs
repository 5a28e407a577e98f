//! git over smart HTTP, end to end.

use crate::repo::{Tree, url};
use pipewright_testkit::{TestServer, for_both, on_sqlite};
use serde_json::json;

const YAML: &[u8] = b"work: { script: [make] }\n";

async fn branches(server: &TestServer, project: &str) -> Vec<String> {
    let path = format!("/projects/{}/repository/branches", project.replace('/', "%2F"));
    let found = server.admin().get(&path).await.expect(200).json();
    found
        .as_array()
        .into_iter()
        .flatten()
        .map(|branch| branch["name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_kept_read_back_and_makes_a_pipeline() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let address = url(&server.url, "ana", ana.token(), &project.path);
        let tree = Tree::new().await;
        let sha = tree.commit(".gitlab-ci.yml", YAML).await;
        tree.git(["push", &address, "main"]).await.good();

        let branch = ana.get(&project.at("/repository/branches/main")).await.expect(200).json();
        assert_eq!(
            (&branch["commit"]["id"], &branch["default"], &branch["protected"]),
            (&json!(sha), &json!(true), &json!(true))
        );
        let shown = ana.get(&project.at("")).await.expect(200).json();
        assert_eq!((&shown["default_branch"], &shown["empty_repo"]), (&json!("main"), &json!(false)));
        let found = server
            .until("a pipeline of the push", async || {
                let list = ana.get(&project.at("/pipelines")).await.expect(200).json();
                list.get(0).cloned()
            })
            .await;
        assert_eq!((&found["sha"], &found["source"], &found["ref"]), (&json!(sha), &json!("push"), &json!("main")));

        let commit = ana.get(&project.at("/repository/commits/main")).await.expect(200).json();
        assert_eq!(commit["last_pipeline"]["id"], found["id"]);
        assert!(commit["status"].is_string());

        let clone = Tree::clone(&address, &[]).await.expect("a clone");
        assert_eq!(clone.git(["rev-parse", "HEAD"]).await.good(), sha);
        let second = clone.commit("a.txt", b"one\n").await;
        clone.git(["push", "origin", "main"]).await.good();
        tree.git(["pull", "-q", &address, "main"]).await.good();
        assert_eq!(tree.git(["rev-parse", "HEAD"]).await.good(), second);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_branch_that_is_pushed_becomes_the_default_one() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let tree = Tree::new().await;
        tree.git(["checkout", "-q", "-b", "trunk"]).await.good();
        tree.commit("a.txt", b"one\n").await;
        let address = url(&server.url, "ana", ana.token(), &project.path);
        tree.git(["push", &address, "trunk"]).await.good();
        assert_eq!(ana.get(&project.at("")).await.expect(200).json()["default_branch"], "trunk");
        let clone = Tree::clone(&address, &[]).await.expect("a clone");
        assert_eq!(clone.git(["branch", "--show-current"]).await.good(), "trunk", "HEAD follows");
        let rules = ana.get(&project.at("/protected_branches")).await.expect(200).json();
        assert_eq!(
            (rules[0]["name"].as_str(), rules[0]["push_access_levels"][0]["access_level"].as_i64()),
            (Some("trunk"), Some(40))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shallow_clones_protocol_two_and_fetches_by_object_id() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let address = url(&server.url, "ana", ana.token(), &project.path);
        let tree = Tree::new().await;
        let first = tree.commit("a.txt", b"one\n").await;
        tree.commit("a.txt", b"two\n").await;
        tree.git(["push", &address, "main"]).await.good();
        for version in ["0", "2"] {
            let protocol = format!("protocol.version={version}");
            let clone = Tree::clone(&address, &["--depth", "1", "-c", &protocol]).await.expect("a clone");
            assert_eq!(clone.git(["rev-list", "--count", "HEAD"]).await.good(), "1");
            clone.git(["fetch", "-q", "--depth", "1", "origin", &format!("+{first}:refs/pipelines/1")]).await.good();
            assert_eq!(clone.git(["rev-parse", "refs/pipelines/1"]).await.good(), first);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_nest_and_letter_case_does_not_matter() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let top = ana.post("/groups", json!({ "name": "Top", "path": "Top" })).await.expect(201).json();
        let sub = json!({ "name": "Sub", "path": "sub", "parent_id": top["id"] });
        let sub = ana.post("/groups", sub).await.expect(201).json();
        let project = server.project_with(&ana, json!({ "name": "app", "namespace_id": sub["id"] })).await;
        assert_eq!(project.path, "Top/sub/app");
        let tree = Tree::new().await;
        tree.commit("a.txt", b"one\n").await;
        tree.git(["push", &url(&server.url, "oauth2", ana.token(), "top/SUB/App"), "main"]).await.good();
        assert_eq!(branches(server, "Top/sub/app").await, ["main"]);
        let without_ending = format!("{}/Top/sub/app", server.url.replace("//", &format!("//x:{}@", ana.token())));
        Tree::clone(&without_ending, &[]).await.expect("a clone without .git in its address");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_pushed_and_deleted() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let address = url(&server.url, "ana", ana.token(), &project.path);
        let tree = Tree::new().await;
        let sha = tree.commit("a.txt", b"one\n").await;
        tree.git(["tag", "light"]).await.good();
        tree.git(["tag", "-a", "v1.0", "-m", "first"]).await.good();
        tree.git(["push", &address, "main", "light", "v1.0"]).await.good();
        let tags = ana.get(&project.at("/repository/tags")).await.expect(200).json();
        assert_eq!((tags[0]["name"].as_str(), tags[0]["message"].as_str()), (Some("v1.0"), Some("first")));
        assert_eq!((tags[1]["name"].as_str(), tags[1]["target"].as_str()), (Some("light"), Some(sha.as_str())));
        tree.git(["push", &address, ":light"]).await.good();
        let _ = ana.get(&project.at("/repository/tags/light")).await.expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skipped_or_mirrored_push_makes_no_pipelines() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let address = url(&server.url, "ana", ana.token(), &project.path);
        let tree = Tree::new().await;
        tree.commit(".gitlab-ci.yml", YAML).await;
        for branch in ["a", "b", "c", "d"] {
            tree.git(["branch", branch]).await.good();
        }
        let pushed = tree.git(["push", &address, "main", "a", "b", "c", "d"]).await;
        assert!(pushed.err.contains("No pipelines were made"), "{pushed:?}");
        let sha = tree.commit("a.txt", b"one\n").await;
        pushed.good();
        tree.git(["push", &address, "main"]).await.good();
        server
            .until("the one pipeline", async || {
                let list = ana.get(&project.at("/pipelines")).await.expect(200).json();
                list.get(0).map(|pipeline| assert_eq!(pipeline["sha"], sha))
            })
            .await;
        assert_eq!(ana.get(&project.at("/pipelines")).await.expect(200).ids().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_push_streams_through() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let tree = Tree::new().await;
        // Noise, which no packing makes smaller.
        let mut state = 0x9e37_79b9_u64;
        let noise: Vec<u8> = (0..24 << 20)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            })
            .collect();
        tree.commit("noise.bin", &noise).await;
        tree.git(["push", &url(&server.url, "ana", ana.token(), &project.path), "main"]).await.good();
        let raw = ana.get(&project.at("/repository/files/noise.bin/raw?ref=main")).await.expect(200);
        assert!(raw.body == noise, "{} bytes came back", raw.body.len());
    })
    .await;
}
