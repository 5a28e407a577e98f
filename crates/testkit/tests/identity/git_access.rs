//! Who may fetch and push.

use crate::repo::{Tree, url};
use pipewright_testkit::{Api, Project, TestServer, on_sqlite};
use reqwest::Method;
use serde_json::json;

async fn user_id(api: &Api) -> i64 {
    api.get("/user").await.expect(200).json()["id"].as_i64().expect("an id")
}

/// A project with one commit on `main`, pushed by its owner.
async fn pushed<'a>(server: &'a TestServer, owner: &Api, visibility: &str) -> (Project<'a>, Tree) {
    let project = server.project_with(owner, json!({ "name": visibility, "visibility": visibility })).await;
    let tree = Tree::new().await;
    tree.commit("a.txt", b"one\n").await;
    tree.git(["push", &url(&server.url, "x", owner.token(), &project.path), "main"]).await.good();
    (project, tree)
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_45_without_credentials_a_private_project_asks_for_them() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let (project, _) = pushed(server, &ana, "private").await;
        let nobody = server.anonymous();
        for path in [project.path.as_str(), "no/such"] {
            let address = format!("{}/{path}.git/info/refs?service=git-upload-pack", server.url);
            let reply = nobody.send(reqwest::Client::new().get(&address)).await.expect(401);
            assert!(
                reply.header("www-authenticate").is_some_and(|value| value.starts_with("Basic realm=")),
                "{reply:?}"
            );
        }
        // git sends the password of the address only after that challenge.
        Tree::clone(&url(&server.url, "ana", ana.token(), &project.path), &[]).await.expect("a clone");
        let wrong = Tree::clone(&url(&server.url, "ana", "glpat-wrong", &project.path), &[]).await;
        assert!(wrong.is_err_and(|ended| ended.err.contains("Authentication failed")));
        let stranger = server.user("stranger").await;
        let hidden = Tree::clone(&url(&server.url, "stranger", stranger.token(), &project.path), &[]).await;
        assert!(hidden.is_err_and(|ended| ended.err.contains("not found")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_project_is_fetched_by_anybody_and_pushed_by_members() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let (project, _) = pushed(server, &ana, "public").await;
        let tree = Tree::clone(&format!("{}/{}.git", server.url, project.path), &[]).await.expect("a clone");
        tree.commit("b.txt", b"two\n").await;
        let asked = tree.git(["push", "origin", "HEAD:b"]).await;
        assert!(!asked.ok && asked.err.contains("Authentication failed"), "{asked:?}");
        let stranger = server.user("stranger").await;
        let address = url(&server.url, "s", stranger.token(), &project.path);
        tree.git(["push", &address, "HEAD:b"]).await.refused("not allowed to push code to this project");
        project.add(&stranger, 20).await;
        tree.git(["push", &address, "HEAD:b"]).await.refused("not allowed to push code to this project");
        let member = format!("/members/{}", user_id(&stranger).await);
        let _ = ana.put(&project.at(&member), json!({ "access_level": 30 })).await.expect(200);
        tree.git(["push", &address, "HEAD:b"]).await.good();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn protected_branches_and_tags_keep_developers_out() {
    on_sqlite(async |server| {
        let (ana, dev) = (server.user("ana").await, server.user("dev").await);
        let (project, tree) = pushed(server, &ana, "private").await;
        project.add(&dev, 30).await;
        let (own, his) =
            (url(&server.url, "x", ana.token(), &project.path), url(&server.url, "x", dev.token(), &project.path));
        let first = tree.git(["rev-parse", "HEAD"]).await.good();
        tree.commit("b.txt", b"two\n").await;
        let why = "You are not allowed to push code to protected branches on this project.";
        let both = tree.git(["push", &his, "HEAD:main", "HEAD:free"]).await;
        assert!(both.err.contains("another ref of this push was refused"), "{both:?}");
        both.refused(why);
        assert_eq!(
            ana.get(&project.at("/repository/branches")).await.expect(200).json().as_array().map(Vec::len),
            Some(1)
        );
        tree.git(["push", &his, "HEAD:free"]).await.good();
        tree.git(["push", &own, "HEAD:main"]).await.good();

        let force = "force push code to a protected branch";
        tree.git(["push", "-f", &own, &format!("{first}:main")]).await.refused(force);
        let lenient = ana.request(Method::PATCH, &project.at("/protected_branches/main"));
        let _ = ana.send(lenient.json(&json!({ "allow_force_push": true }))).await.expect(200);
        tree.git(["push", "-f", &own, &format!("{first}:main")]).await.good();
        tree.git(["push", &own, ":main"]).await.refused("The default branch of a project cannot be deleted.");
        let _ = ana
            .post(&project.at("/protected_branches"), json!({ "name": "rel/*", "push_access_level": 0 }))
            .await
            .expect(201);
        tree.git(["push", &own, "HEAD:rel/1"]).await.refused(why);

        let _ = ana.post(&project.at("/protected_tags"), json!({ "name": "v*" })).await.expect(201);
        tree.git(["tag", "v1"]).await.good();
        tree.git(["tag", "x1"]).await.good();
        tree.git(["push", &his, "v1"]).await.refused("not allowed to create this tag as it is protected");
        tree.git(["push", &his, "x1"]).await.good();
        tree.git(["push", &own, "v1"]).await.good();
        tree.git(["push", &own, ":v1"]).await.refused("delete protected tags");
        tree.git(["push", &his, ":x1"]).await.refused("not allowed to change existing tags");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_developer_does_not_begin_a_project() {
    on_sqlite(async |server| {
        let (ana, dev) = (server.user("ana").await, server.user("dev").await);
        let project = server.project(&ana, "app").await;
        project.add(&dev, 30).await;
        let tree = Tree::new().await;
        tree.commit("a.txt", b"one\n").await;
        let his = url(&server.url, "x", dev.token(), &project.path);
        tree.git(["push", &his, "main"]).await.refused("protected branches");
        tree.git(["push", &url(&server.url, "x", ana.token(), &project.path), "main"]).await.good();
        tree.git(["push", &his, "main:other"]).await.good();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_and_archives_are_heeded() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let (project, tree) = pushed(server, &ana, "private").await;
        let id = user_id(&ana).await;
        tree.commit("b.txt", b"two\n").await;
        let with = async |scope: &str| {
            let token = server.token_of(id, &[scope]).await;
            url(&server.url, "x", token.token(), &project.path)
        };
        let reader = with("read_repository").await;
        Tree::clone(&reader, &[]).await.expect("a clone");
        tree.git(["push", &reader, "main"]).await.refused("one of these is needed: api write_repository");
        let other = Tree::clone(&with("read_api").await, &[]).await;
        assert!(other.is_err_and(|ended| ended.err.contains("403")));
        let writer = with("write_repository").await;
        tree.git(["push", &writer, "main"]).await.good();
        let _ = ana.post(&project.at("/archive"), json!({})).await.expect(201);
        tree.commit("c.txt", b"three\n").await;
        tree.git(["push", &writer, "main"]).await.refused("archived");
        Tree::clone(&reader, &[]).await.expect("reading goes on");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jobs_token_fetches_while_its_job_runs_and_pushes_only_where_allowed() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let other = server.project(&ana, "other").await;
        let (_, claimed) = project.running_job().await;
        let token = claimed.token.clone();
        let address = url(&server.url, "gitlab-ci-token", &token, &project.path);
        let tree = Tree::clone(&address, &[]).await.expect("a clone");
        tree.commit("b.txt", b"two\n").await;
        tree.git(["push", &address, "HEAD:b"]).await.refused("not allowed to push code to this project");
        project.set(json!({ "ci_push_repository_for_job_token_allowed": true })).await;
        tree.git(["push", &address, "HEAD:b"]).await.good();
        let foreign = Tree::clone(&url(&server.url, "gitlab-ci-token", &token, &other.path), &[]).await;
        assert!(
            foreign.is_err_and(|ended| ended.err.contains("not allowed from app to project")),
            "the other project admits nobody"
        );
        claimed.finish("success").await;
        let over = Tree::clone(&address, &[]).await;
        assert!(over.is_err_and(|ended| ended.err.contains("403")), "the job is over");
    })
    .await;
}
