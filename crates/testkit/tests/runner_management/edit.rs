//! Changing and removing runners, and which projects they work for (§3).

use crate::support::{Made, group, instance, make};
use pipewright_engine::limits::Limits;
use pipewright_testkit::{Api, Project, TestOptions, for_both, on_sqlite_with};
use serde_json::{Value, json};

async fn of_project(by: &Api, project: &Project<'_>) -> Made {
    make(by, json!({ "runner_type": "project_type", "project_id": project.id })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_changes_what_it_names() {
    for_both(async |server| {
        let (admin, runner) = (server.admin(), instance(server, "here").await);
        let fields = json!({
            "description": "there", "tag_list": ["x", "y"], "run_untagged": false, "locked": true,
            "access_level": "ref_protected", "maximum_timeout": 700, "maintenance_note": "note", "paused": true,
        });
        let changed = admin.put(&runner.at(""), fields.clone()).await.expect(200).json();
        for (name, value) in fields.as_object().unwrap() {
            assert_eq!(&changed[name], value, "{name} of {changed}");
        }
        let changed = admin.put(&runner.at(""), json!({ "tag_list": "z", "maximum_timeout": null })).await;
        let changed = changed.expect(200).json();
        assert_eq!((&changed["tag_list"], &changed["maximum_timeout"]), (&json!(["z"]), &Value::Null));
        assert_eq!((&changed["description"], &changed["paused"]), (&json!("there"), &json!(true)));
        assert_eq!(admin.get(&runner.at("")).await.expect(200).json(), changed);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_changes_nothing() {
    for_both(async |server| {
        let (admin, runner) = (server.admin(), instance(server, "here").await);
        let before = admin.get(&runner.at("")).await.expect(200).json();
        let nothing = admin.put(&runner.at(""), json!({})).await.expect(400).json();
        assert!(nothing["error"].as_str().is_some_and(|text| text.contains("at least one parameter")), "{nothing}");
        let _ = admin.put(&runner.at(""), json!({ "paused": true, "active": false })).await.expect(400);
        let _ = admin.put(&runner.at(""), json!({ "description": "x", "run_untagged": false })).await.expect(400);
        let _ = admin.put(&runner.at(""), json!({ "maximum_timeout": 1 })).await.expect(400);
        let _ = admin.put("/runners/999999", json!({ "paused": true })).await.expect(404);
        assert_eq!(admin.get(&runner.at("")).await.expect(200).json(), before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_manage_a_runner_change_it() {
    for_both(async |server| {
        let (owner, other) = (server.user("owner").await, server.user("other").await);
        let project = server.project(&owner, "code").await;
        let runner = of_project(&owner, &project).await;
        let no_access = json!({ "message": "403 Forbidden - No access granted" });
        other.get(&runner.at("")).await.is(403, &no_access);
        other.put(&runner.at(""), json!({ "paused": true })).await.is(403, &no_access);
        other.delete(&runner.at("")).await.is(403, &no_access);
        let _ = server.anonymous().get(&runner.at("")).await.expect(401);
        // An instance runner is everybody's to see and the administrator's to change.
        let shared = instance(server, "shared").await;
        let _ = other.get(&shared.at("")).await.expect(200);
        other.put(&shared.at(""), json!({ "paused": true })).await.is(403, &no_access);
        project.add(&other, 40).await;
        let _ = other.put(&runner.at(""), json!({ "paused": true })).await.expect(200);
        let _ = other.delete(&runner.at("")).await.expect(204);
        let _ = owner.get(&runner.at("")).await.expect(404);
    })
    .await;
}

/// As in GitLab: whoever maintains one of a runner's projects updates it, and its token with it; taking it away from
/// the others is for administrators.
#[tokio::test(flavor = "multi_thread")]
async fn a_runner_of_several_projects_is_updated_by_the_maintainers_of_each() {
    for_both(async |server| {
        let (owner, other) = (server.user("owner").await, server.user("other").await);
        let (first, second) = (server.project(&owner, "first").await, server.project(&owner, "second").await);
        let runner = of_project(&owner, &first).await;
        let _ = owner.post(&second.at("/runners"), json!({ "runner_id": runner.id })).await.expect(201);
        let reset = runner.at("/reset_authentication_token");
        second.add(&other, 30).await;
        let no_access = json!({ "message": "403 Forbidden - No access granted" });
        other.post(&reset, json!({})).await.is(403, &no_access);
        let user = other.get("/user").await.expect(200).json();
        let member = second.at(&format!("/members/{}", user["id"]));
        let _ = owner.put(&member, json!({ "access_level": 40 })).await.expect(200);
        let token = other.post(&reset, json!({})).await.expect(201).json()["token"].clone();
        assert_ne!(token, runner.token);
        let _ = other.put(&runner.at(""), json!({ "locked": true })).await.expect(200);
        let several = json!({ "message": "403 Forbidden - Runner associated with more than one project" });
        other.delete(&runner.at("")).await.is(403, &several);
        let own = server.project(&other, "own").await;
        let locked = json!({ "message": "403 Forbidden - Runner is locked" });
        other.post(&own.at("/runners"), json!({ "runner_id": runner.id })).await.is(403, &locked);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_11_a_paused_runner_gets_nothing_stays_online_and_goes_on_when_unpaused() {
    for_both(async |server| {
        let (admin, owner) = (server.admin(), server.user("owner").await);
        let project = server.project(&owner, "code").await;
        let made = instance(server, "here").await;
        let _ = admin.put(&made.at(""), json!({ "paused": true })).await.expect(200);
        let pipeline = project.pipeline("work: { script: [make] }").await;
        let ask = async || {
            let body = json!({ "token": made.token, "system_id": "s_a", "info": crate::support::info("17.0.0") });
            server.anonymous().post("/jobs/request", body).await
        };
        let nothing = ask().await.expect(204);
        let shown = admin.get(&made.at("")).await.expect(200).json();
        assert_eq!((&shown["online"], &shown["paused"]), (&json!(true), &json!(true)));
        let _ = admin.put(&made.at(""), json!({ "paused": false })).await.expect(200);
        let mut body = json!({ "token": made.token, "system_id": "s_a", "info": crate::support::info("17.0.0") });
        body["last_update"] = json!(nothing.header("x-gitlab-last-update").expect("the queue's value"));
        let job = server.anonymous().post("/jobs/request", body).await.expect(201).json();
        assert_eq!(job["id"], project.job_id(&pipeline, "work").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_request_hears_of_a_change_of_tags() {
    // Only the bell can be in time: the request looks again on its own when the test's patience has long ended.
    let limits = Limits { long_poll_seconds: 3600, look_again_seconds: 3600, ..Limits::default() };
    on_sqlite_with(TestOptions { limits, ..TestOptions::default() }, async |server| {
        let (admin, owner) = (server.admin(), server.user("owner").await);
        let project = server.project(&owner, "code").await;
        let runner = instance(server, "here").await;
        let _ = project.pipeline("work: { script: [make], tags: [special] }").await;
        let first = server.anonymous().post("/jobs/request", json!({ "token": runner.token })).await.expect(204);
        let value = first.header("x-gitlab-last-update").expect("the queue's value").to_owned();
        let held = async {
            let body = json!({ "token": runner.token, "last_update": value });
            server.anonymous().post("/jobs/request", body).await.expect(201).json()
        };
        let change = async { admin.put(&runner.at(""), json!({ "tag_list": ["special"] })).await.expect(200) };
        let (job, _) = tokio::join!(held, change);
        assert_eq!(job["job_info"]["name"], "work");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_works_for_the_projects_it_is_assigned_to() {
    for_both(async |server| {
        let (admin, owner) = (server.admin(), server.user("owner").await);
        let (one, two) = (server.project(&owner, "one").await, server.project(&owner, "two").await);
        let runner = of_project(&owner, &one).await;
        let assign = json!({ "runner_id": runner.id });
        let assigned = owner.post(&two.at("/runners"), assign.clone()).await.expect(201).json();
        assert_eq!(assigned["id"], runner.id);
        let _ = owner.post(&two.at("/runners"), assign.clone()).await.expect(400);
        let shown = owner.get(&runner.at("")).await.expect(200).json();
        let paths: Vec<&str> =
            shown["projects"].as_array().unwrap().iter().filter_map(|p| p["path_with_namespace"].as_str()).collect();
        assert_eq!(paths, ["owner/one", "owner/two"]);

        // Several projects' runner is not one owner's to delete.
        let refused = owner.delete(&runner.at("")).await;
        refused.is(403, &json!({ "message": "403 Forbidden - Runner associated with more than one project" }));
        let path = format!("/runners/{}", runner.id);
        let _ = owner.delete(&two.at(&path)).await.expect(204);
        let _ = owner.delete(&two.at(&path)).await.expect(404);
        let _ = owner.delete(&one.at(&path)).await.expect(403);

        let _ = owner.put(&runner.at(""), json!({ "locked": true })).await.expect(200);
        let locked = owner.post(&two.at("/runners"), assign.clone()).await;
        locked.is(403, &json!({ "message": "403 Forbidden - Runner is locked" }));
        let _ = admin.post(&two.at("/runners"), assign).await.expect(201);
        let _ = admin.delete(&runner.at("")).await.expect(204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_projects_runner_is_not_assigned() {
    for_both(async |server| {
        let (admin, owner, other) = (server.admin(), server.user("owner").await, server.user("other").await);
        let project = server.project(&owner, "code").await;
        let team = group(&owner, "team", None).await;
        let of_group = make(&owner, json!({ "runner_type": "group_type", "group_id": team })).await;
        let refused = owner.post(&project.at("/runners"), json!({ "runner_id": of_group.id })).await;
        refused.is(403, &json!({ "message": "403 Forbidden - Runner is a group runner" }));
        let shared = instance(server, "shared").await;
        let _ = admin.post(&project.at("/runners"), json!({ "runner_id": shared.id })).await.expect(400);
        let elsewhere = server.project(&other, "elsewhere").await;
        let foreign = of_project(&other, &elsewhere).await;
        let _ = owner.post(&project.at("/runners"), json!({ "runner_id": foreign.id })).await.expect(403);
        let _ = owner.post(&project.at("/runners"), json!({ "runner_id": 999_999 })).await.expect(404);
        let _ = owner.post(&project.at("/runners"), json!({})).await.expect(400);
    })
    .await;
}
