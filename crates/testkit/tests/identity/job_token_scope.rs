//! Whose job tokens a project lets in (Jobs API contract §2.6).

use crate::repo::{Tree, url};
use pipewright_testkit::{Api, Project, TestServer, for_both};
use serde_json::{Value, json};

fn bad(why: &str) -> Value {
    json!({ "message": format!("400 Bad request - {why}") })
}

/// What a job's token gets at another project's list of jobs.
async fn reaches(job: &Api, target: &Project<'_>) -> bool {
    match job.get(&target.at("/jobs")).await.status {
        200 => true,
        403 => false,
        other => panic!("{other}"),
    }
}

async fn group(api: &Api, name: &str, parent: Option<i64>) -> i64 {
    let fields = json!({ "name": name, "path": name, "parent_id": parent });
    api.post("/groups", fields).await.expect(201).json()["id"].as_i64().expect("a group's id")
}

#[tokio::test]
async fn a_listed_project_is_let_in_until_it_is_taken_off_the_list() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let (source, target) = (server.project(&ana, "source").await, server.project(&ana, "target").await);
        let (_, claimed) = source.running_job().await;
        let job = claimed.api();
        assert!(!reaches(&job, &target).await, "nobody is let in to begin with");

        let list = target.at("/job_token_scope/allowlist");
        let added = ana.post(&list, json!({ "target_project_id": source.id })).await;
        added.is(201, &json!({ "source_project_id": target.id, "target_project_id": source.id }));
        assert!(reaches(&job, &target).await);
        assert_eq!(ana.get(&list).await.expect(200).ids(), [target.id, source.id], "itself first");
        let page = ana.get(&format!("{list}?per_page=1&page=2")).await.expect(200);
        assert_eq!((page.ids(), page.header("x-total")), (vec![source.id], Some("2")));
        // The other way round nothing has changed.
        assert_eq!(ana.get(&source.at("/job_token_scope/allowlist")).await.expect(200).ids(), [source.id]);

        let twice = ana.post(&list, json!({ "target_project_id": source.id })).await;
        twice.is(400, &bad("This project is already in the job token allowlist."));
        let itself = ana.post(&list, json!({ "target_project_id": target.id })).await;
        itself.is(400, &bad("Validation failed: Target project can't be the same as the source project"));
        let nobody = ana.post(&list, json!({ "target_project_id": 999_999 })).await;
        nobody.is(404, &json!({ "message": "404 Project Not Found" }));
        ana.post(&list, json!({})).await.is(400, &json!({ "error": "target_project_id is missing" }));

        let own = ana.delete(&format!("{list}/{}", target.id)).await;
        own.is(400, &bad("Source project cannot be removed from the job token scope"));
        let _ = ana.delete(&format!("{list}/{}", source.id)).await.expect(204);
        let gone = ana.delete(&format!("{list}/{}", source.id)).await;
        gone.is(400, &bad("Target project is not in the job token scope"));
        assert!(!reaches(&job, &target).await);
    })
    .await;
}

#[tokio::test]
async fn a_listed_group_lets_in_the_projects_of_all_groups_below_it() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let top = group(&ana, "top", None).await;
        let below = group(&ana, "below", Some(top)).await;
        let fields = json!({ "name": "source", "namespace_id": below });
        let source = server.project_with(&ana, fields).await;
        let target = server.project(&ana, "target").await;
        let (_, claimed) = source.running_job().await;
        let job = claimed.api();

        let list = target.at("/job_token_scope/groups_allowlist");
        let other = group(&ana, "other", None).await;
        let _ = ana.post(&list, json!({ "target_group_id": other })).await.expect(201);
        assert!(!reaches(&job, &target).await);
        let added = ana.post(&list, json!({ "target_group_id": top })).await;
        added.is(201, &json!({ "source_project_id": target.id, "target_group_id": top }));
        assert!(reaches(&job, &target).await);
        let shown = ana.get(&list).await.expect(200).json();
        let web_url = format!("{}/groups/top", server.url);
        assert_eq!(shown[0], json!({ "id": top, "web_url": web_url, "name": "top" }));

        let twice = ana.post(&list, json!({ "target_group_id": top })).await;
        twice.is(400, &bad("Target group is already in the job token scope"));
        let nobody = ana.post(&list, json!({ "target_group_id": 999_999 })).await;
        nobody.is(404, &json!({ "message": "404 Group Not Found" }));
        let _ = ana.delete(&format!("{list}/{top}")).await.expect(204);
        let gone = ana.delete(&format!("{list}/{top}")).await;
        gone.is(400, &bad("Target group is not in the job token scope"));
        assert!(!reaches(&job, &target).await);
    })
    .await;
}

#[tokio::test]
async fn the_lists_count_only_while_the_scope_is_on_and_outbound_beats_them() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let (source, target) = (server.project(&ana, "source").await, server.project(&ana, "target").await);
        let (_, claimed) = source.running_job().await;
        let job = claimed.api();
        let scope = target.at("/job_token_scope");
        let shown = json!({ "inbound_enabled": true, "outbound_enabled": false });
        ana.get(&scope).await.is(200, &shown);
        let patched = ana.send(ana.request(reqwest::Method::PATCH, &scope).json(&json!({ "enabled": false }))).await;
        assert!(patched.expect(204).body.is_empty());
        ana.get(&scope).await.is(200, &json!({ "inbound_enabled": false, "outbound_enabled": false }));
        assert!(reaches(&job, &target).await);

        source.set(json!({ "ci_job_token_scope_enabled": true })).await;
        let _ = ana.post(&target.at("/job_token_scope/allowlist"), json!({ "target_project_id": source.id })).await;
        assert!(!reaches(&job, &target).await, "the source lets its tokens out to no private project");
        target.set(json!({ "visibility": "internal" })).await;
        assert!(reaches(&job, &target).await, "to the others it does");

        for (fields, error) in [
            (json!({}), "enabled is missing"),
            (json!({ "enabled": "" }), "enabled is empty"),
            (json!({ "enabled": "maybe" }), "enabled is invalid"),
        ] {
            let refused = ana.send(ana.request(reqwest::Method::PATCH, &scope).json(&fields)).await;
            refused.is(400, &json!({ "error": error }));
        }
    })
    .await;
}

#[tokio::test]
async fn the_scope_is_for_maintainers() {
    for_both(async |server| {
        let (ana, bob) = (server.user("ana").await, server.user("bob").await);
        let project = server.project(&ana, "app").await;
        let other = server.project(&bob, "other").await;
        let scope = project.at("/job_token_scope");
        for path in ["", "/allowlist", "/groups_allowlist"] {
            let _ = server.anonymous().get(&format!("{scope}{path}")).await.expect(401);
            let hidden = bob.get(&format!("{scope}{path}")).await;
            hidden.is(404, &json!({ "message": "404 Project Not Found" }));
        }
        project.add(&bob, 30).await;
        let list = format!("{scope}/allowlist");
        for path in ["", "/allowlist", "/groups_allowlist"] {
            bob.get(&format!("{scope}{path}")).await.is(403, &json!({ "message": "403 Forbidden" }));
        }
        let _ = bob.post(&list, json!({ "target_project_id": other.id })).await.expect(403);
        let _ = bob.delete(&format!("{list}/{}", other.id)).await.expect(403);
        // A maintainer lists only what he sees.
        let unseen = ana.post(&list, json!({ "target_project_id": other.id })).await;
        unseen.is(404, &json!({ "message": "404 Project Not Found" }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn git_heeds_the_lists_too() {
    for_both(async |server: &TestServer| {
        let ana = server.user("ana").await;
        let (source, target) = (server.project(&ana, "source").await, server.project(&ana, "target").await);
        target.commit("main", "README.md", "Hello").await;
        let (_, claimed) = source.running_job().await;
        let address = url(&server.url, "gitlab-ci-token", &claimed.token, &target.path);
        assert!(Tree::clone(&address, &[]).await.is_err());
        let _ = ana
            .post(&target.at("/job_token_scope/allowlist"), json!({ "target_project_id": source.id }))
            .await
            .expect(201);
        assert!(Tree::clone(&address, &[]).await.is_ok());
    })
    .await;
}
